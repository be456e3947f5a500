package io.wirelace.transport.any;

import io.wirelace.config.Values;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.ByteStreams;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.StreamProtocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * What can be set on a shared port, beside the options of the byte stream and those of each
 * protocol that it serves.
 *
 * @param served the protocols whose option, {@code native} or {@code http}, is not {@code false}
 * @param refused the protocols whose option is
 * @param tls {@code tls}: serve TLS, {@code true} or {@code false}; by default if there is a
 *     certificate
 * @param plaintext {@code plaintext}: serve what comes without TLS; default true
 * @param sniffTimeout {@code sniff-timeout}: how long a connection may take to show what it is;
 *     default 5 s
 * @param maxUndecided {@code max-undecided}: connections at once that have not shown it yet;
 *     default 4096
 */
record AnyOptions(
    List<StreamProtocol> served,
    List<StreamProtocol> refused,
    Tls tls,
    boolean plaintext,
    Duration sniffTimeout,
    int maxUndecided) {

  /** Whether TLS is served. */
  enum Tls {
    /** Where there is a certificate to show. */
    IF_CERTIFIED,
    /** In any case: without a certificate there is no listener. */
    REQUIRED,
    /** Not, whatever there is. */
    FORBIDDEN
  }

  static final String HTTP = "http";
  private static final List<StreamProtocol> FOUND = load();

  private static List<StreamProtocol> load() {
    List<StreamProtocol> found = new ArrayList<>();
    for (StreamProtocol protocol :
        ServiceLoader.load(StreamProtocol.class, AnyOptions.class.getClassLoader())) {
      if (found.stream().noneMatch(p -> p.name().equals(protocol.name()))) {
        found.add(protocol);
      }
    }
    return List.copyOf(found);
  }

  /**
   * Reads and checks all options of an endpoint.
   *
   * @throws WirelaceException {@link ErrorCode#INVALID_CONFIG} if one is unknown or out of range,
   *     or if they leave nothing to serve
   */
  static AnyOptions of(Endpoint endpoint) {
    return of(endpoint, FOUND);
  }

  static AnyOptions of(Endpoint endpoint, List<StreamProtocol> found) {
    EndpointOptions options = new EndpointOptions(endpoint);
    List<StreamProtocol> served = new ArrayList<>();
    List<StreamProtocol> refused = new ArrayList<>();
    for (StreamProtocol protocol : found) {
      if (options.flag(protocol.name(), true)) {
        served.add(protocol);
        protocol.readOptions(options);
      } else {
        refused.add(protocol);
      }
    }
    if (!hasHttp(found) && options.flag(HTTP, false)) {
      throw Values.invalid(HTTP, true, "wirelace-http on the class path beside it");
    }
    boolean plaintext = options.flag("plaintext", true);
    Tls tls = tls(options, plaintext);
    ByteStreams.readOptions(options, tls != Tls.FORBIDDEN);
    Duration sniffTimeout = options.duration("sniff-timeout", Duration.ofSeconds(5));
    if (sniffTimeout.isZero()) {
      throw Values.invalid("sniff-timeout", sniffTimeout, "more than 0");
    }
    AnyOptions all =
        new AnyOptions(
            List.copyOf(served),
            List.copyOf(refused),
            tls,
            plaintext,
            sniffTimeout,
            options.number("max-undecided", 4096, 1, 1 << 24));
    options.done();
    if (!hasHttp(served) && !endpoint.path().isEmpty() && !endpoint.path().equals("/")) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "endpoint " + endpoint.uri() + ": its path is for HTTP, which is not served");
    }
    if (served.isEmpty() || (tls == Tls.FORBIDDEN && !plaintext)) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG, "the options of " + endpoint.uri() + " leave nothing to serve");
    }
    return all;
  }

  private static Tls tls(EndpointOptions options, boolean plaintext) {
    if (!options.flag("tls", true)) {
      return Tls.FORBIDDEN;
    }
    boolean asked = options.given("tls") != null;
    return asked || !plaintext ? Tls.REQUIRED : Tls.IF_CERTIFIED;
  }

  /** The application protocols that TLS offers. */
  List<String> alpn() {
    return served.stream().flatMap(protocol -> protocol.alpn().stream()).distinct().toList();
  }

  /** Whom an application protocol chooses. */
  Optional<StreamProtocol> byAlpn(String name) {
    return served.stream().filter(protocol -> protocol.alpn().contains(name)).findFirst();
  }

  private static boolean hasHttp(List<StreamProtocol> protocols) {
    return protocols.stream().anyMatch(p -> p.name().equals(HTTP));
  }

  /** Whether somebody is there who speaks HTTP, served or not. */
  boolean knowsHttp() {
    return hasHttp(served) || hasHttp(refused);
  }
}
