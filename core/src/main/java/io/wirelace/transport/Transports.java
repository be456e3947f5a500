package io.wirelace.transport;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import java.util.Map;
import java.util.ServiceLoader;
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
    return found;
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
              + ":// (expected one of "
              + String.join(", ", BY_SCHEME.keySet())
              + ")");
    }
    transport.validate(endpoint);
    return transport;
  }
}
