package io.wirelace.session;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.SessionId;
import io.wirelace.wire.Compression;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Greeting;
import io.wirelace.wire.Headers;
import java.util.Arrays;
import java.util.List;

/**
 * The greeting (wire specification, section 2): what HELLO offers, what WELCOME agrees to. Pure:
 * greetings in, greetings out.
 */
final class Greeter {
  private static final String HEADERS_FEATURE = "headers";

  private final SessionContext context;

  Greeter(SessionContext context) {
    this.context = context;
  }

  /** A version that this side does not speak. */
  static final class VersionException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int version;

    VersionException(int version) {
      super("version " + version, null, false, false);
      this.version = version;
    }

    Fault fault() {
      return Fault.of(
          ErrorCode.UNSUPPORTED_VERSION,
          "version " + version + " is not spoken here (expected " + Greeting.VERSION + ")");
    }
  }

  /**
   * What a server answers, and compresses with from then on.
   *
   * @param welcome the payload of WELCOME
   */
  record Agreement(byte[] welcome, Compression compression) {}

  /** What a client learns from WELCOME. */
  record Welcome(int maxFrameBytes, int maxInFlight, Compression compression) {}

  /** The payload of HELLO. */
  byte[] hello() {
    StringBuilder features = new StringBuilder(HEADERS_FEATURE);
    if (context.compression() != Compression.NONE) {
      features.append(' ').append(context.compression().feature());
    }
    Headers headers =
        Headers.NONE
            .with("client", context.name())
            .with("features", features.toString().replace(' ', ','));
    return FrameEncoder.greetingPayload(new Greeting(Greeting.VERSION, headers));
  }

  /** Answers a HELLO. */
  Agreement answer(Greeting hello, SessionId session) throws VersionException {
    check(hello);
    List<String> offered = features(hello);
    Compression compression = compressionIn(offered);
    StringBuilder agreed = new StringBuilder();
    if (offered.contains(HEADERS_FEATURE)) {
      agreed.append(HEADERS_FEATURE);
    }
    if (compression != Compression.NONE) {
      agreed.append(agreed.isEmpty() ? "" : ",").append(compression.feature());
    }
    Headers headers =
        Headers.NONE
            .with("features", agreed.toString())
            .with("session", session.value())
            .with("node", context.name())
            .with("max-frame-bytes", Integer.toString(context.settings().maxFrameBytes()))
            .with("max-in-flight", Integer.toString(context.settings().maxInFlight()))
            .with("heartbeat-ms", Long.toString(context.settings().heartbeatInterval().toMillis()));
    if (hello.headers().get("resume").isPresent()) {
      headers = headers.with("resumed", "false");
    }
    byte[] payload = FrameEncoder.greetingPayload(new Greeting(Greeting.VERSION, headers));
    return new Agreement(payload, compression);
  }

  /** Reads a WELCOME. */
  Welcome read(Greeting welcome) throws VersionException {
    check(welcome);
    long most = welcome.headers().getLong("max-frame-bytes").orElse(FrameHeader.MAX_LENGTH);
    if (most < FrameHeader.MIN_LENGTH || most > FrameHeader.MAX_LENGTH) {
      most = FrameHeader.MAX_LENGTH;
    }
    long inFlight = welcome.headers().getLong("max-in-flight").orElse(Integer.MAX_VALUE);
    int mostInFlight = inFlight < 1 ? Integer.MAX_VALUE : (int) Math.min(inFlight, 1 << 30);
    boolean agreed = features(welcome).contains(context.compression().feature());
    Compression compression = agreed ? context.compression() : Compression.NONE;
    return new Welcome((int) most, mostInFlight, compression);
  }

  private static void check(Greeting greeting) throws VersionException {
    if (greeting.version() != Greeting.VERSION) {
      throw new VersionException(greeting.version());
    }
  }

  private static List<String> features(Greeting greeting) {
    String list = greeting.headers().get("features").orElse("");
    return Arrays.asList(list.trim().split("[,\\s]+", -1));
  }

  /** The first that the peer offers and that is there. */
  private static Compression compressionIn(List<String> features) {
    for (String feature : features) {
      for (Compression one : List.of(Compression.LZ4, Compression.ZSTD)) {
        if (one.feature().equals(feature) && one.available()) {
          return one;
        }
      }
    }
    return Compression.NONE;
  }
}
