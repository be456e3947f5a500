package io.wirelace.transport;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.util.Collections;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/** The transports that ServiceLoader finds, by URI scheme. Looked up once. */
public final class Transports {
  private static final Map<String, Transport> BY_SCHEME = load();

  private Transports() {}

  private static Map<String, Transport> load() {
    Map<String, Transport> found = new TreeMap<>();
    for (Transport transport :
        ServiceLoader.load(Transport.class, Transports.class.getClassLoader())) {
      for (String scheme : transport.schemes()) {
        found.putIfAbsent(scheme, transport);
      }
    }
    return Collections.unmodifiableMap(found);
  }

  /** Why a scheme of ours is not there: jars were left out, or put into one without their lists. */
  static String missing(String scheme) {
    String home =
        switch (scheme) {
          case "ws", "wss" -> "wirelace-http";
          case "quic" -> "wirelace-quic";
          case "tcp", "tls", "unix", "udp", "any", "memory" -> "wirelace-core";
          default -> "";
        };
    return home.isEmpty()
        ? ""
        : ": it comes with "
            + home
            + ", which is not on the class path, or was put into one jar with others without"
            + " merging the files in META-INF/services";
  }

  /** The schemes that there are, sorted. */
  public static Set<String> schemes() {
    return BY_SCHEME.keySet();
  }

  /**
   * The transport of an endpoint's scheme, after it has checked the endpoint.
   *
   * @throws WirelaceException {@link ErrorCode#UNSUPPORTED_TRANSPORT} if there is none
   */
  public static Transport of(Endpoint endpoint) {
    Transport transport = BY_SCHEME.get(endpoint.scheme());
    if (transport == null) {
      throw new WirelaceException(
          ErrorCode.UNSUPPORTED_TRANSPORT,
          "no transport for "
              + endpoint.scheme()
              + "://"
              + missing(endpoint.scheme())
              + " (expected one of "
              + String.join(", ", BY_SCHEME.keySet())
              + ")");
    }
    transport.validate(endpoint);
    return transport;
  }
}
