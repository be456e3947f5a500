package io.wirelace.http;

import io.wirelace.http.websocket.Deflate;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The server's half of the opening handshake (RFC 6455, section 4.2): a request in, what to answer
 * out. Pure.
 */
final class Upgrade {
  /** Native frames in binary messages. */
  static final String LACE_V1 = "lace.v1";

  /** JSON in text messages. */
  static final String LACE_JSON = "lace.json";

  static final String VERSION = "13";

  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;

  private final WebSocketOptions options;

  Upgrade(WebSocketOptions options) {
    this.options = options;
  }

  /** What to do with a request. */
  sealed interface Step {
    /**
     * It becomes a WebSocket.
     *
     * @param head the response's head
     * @param json whether the messages are JSON
     * @param deflate what was agreed about compression, null for none
     */
    record Accept(String head, boolean json, @Nullable Deflate deflate) implements Step {}

    /** It is refused. */
    record Refuse(HttpAnswer answer) implements Step {}
  }

  /** Whether a request wants to become a WebSocket at all. */
  static boolean isWanted(HttpHead request) {
    return request.hasToken("upgrade", "websocket");
  }

  /** Judges a request. */
  Step judge(HttpHead request) {
    Optional<HttpAnswer> refusal = request(request).or(() -> handshake(request));
    if (refusal.isPresent()) {
      return new Step.Refuse(refusal.get());
    }
    String protocol = protocol(request);
    if (protocol == null) {
      return refuse(
          HttpStatus.BAD_REQUEST,
          "none of the subprotocols offered is spoken here (expected lace.v1, lace.json or none)");
    }
    ExtensionOffer offer =
        options.deflate()
            ? ExtensionOffer.choose(request.field("sec-websocket-extensions").orElse(""))
            : null;
    StringBuilder head = new StringBuilder(256);
    head.append(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
    head.append("Sec-WebSocket-Accept: ")
        .append(accept(request.field("sec-websocket-key").orElse("")))
        .append("\r\n");
    if (!protocol.isEmpty()) {
      head.append("Sec-WebSocket-Protocol: ").append(protocol).append("\r\n");
    }
    if (offer != null) {
      head.append("Sec-WebSocket-Extensions: ").append(offer.answer()).append("\r\n");
    }
    return new Step.Accept(
        head.append("\r\n").toString(),
        protocol.equals(LACE_JSON),
        offer == null ? null : offer.agreed());
  }

  /** What every request to the path must have right. */
  private Optional<HttpAnswer> request(HttpHead request) {
    String host = request.field("host").orElse(null);
    String target = request.start().second();
    int query = target.indexOf('?');
    if (!request.start().third().equals("HTTP/1.1")) {
      return no(HttpStatus.VERSION_NOT_SUPPORTED, "expected HTTP/1.1");
    }
    if (host == null || host.isEmpty()) {
      return no(HttpStatus.BAD_REQUEST, "no Host");
    }
    if (!options.doors().isOurHost(host)) {
      return no(HttpStatus.MISDIRECTED_REQUEST, "this server does not go by that name");
    }
    if (!(query < 0 ? target : target.substring(0, query)).equals(options.path())) {
      return no(HttpStatus.NOT_FOUND, "nothing here (the WebSocket is at " + options.path() + ")");
    }
    if (!request.start().first().equals("GET")) {
      return Optional.of(
          HttpAnswer.of(HttpStatus.METHOD_NOT_ALLOWED, "expected GET").with("Allow", "GET"));
    }
    return Optional.empty();
  }

  /** What an upgrade must have besides. */
  private Optional<HttpAnswer> handshake(HttpHead request) {
    if (!isWanted(request)
        || !request.hasToken("connection", "upgrade")
        || !request.field("sec-websocket-version").orElse("").equals(VERSION)) {
      return Optional.of(
          HttpAnswer.of(HttpStatus.UPGRADE_REQUIRED, "this is a WebSocket, version 13")
              .with("Upgrade", "websocket")
              .with("Sec-WebSocket-Version", VERSION));
    }
    if (!isKey(request.field("sec-websocket-key").orElse(""))) {
      return no(HttpStatus.BAD_REQUEST, "no Sec-WebSocket-Key of 16 bytes");
    }
    if (request.field("transfer-encoding").isPresent()
        || !request.field("content-length").orElse("0").equals("0")) {
      return no(HttpStatus.BAD_REQUEST, "an upgrade has no body");
    }
    if (!options.doors().allows(request.field("origin"), request.field("host").orElse(""))) {
      return no(HttpStatus.FORBIDDEN, "pages of this origin may not connect (see origins)");
    }
    return Optional.empty();
  }

  private static Optional<HttpAnswer> no(HttpStatus status, String why) {
    return Optional.of(HttpAnswer.of(status, why));
  }

  private static Step refuse(HttpStatus status, String why) {
    return new Step.Refuse(HttpAnswer.of(status, why));
  }

  /** The first offered that is spoken here, empty if none is offered, null if no other is. */
  private static @Nullable String protocol(HttpHead request) {
    String offered = request.field("sec-websocket-protocol").orElse("");
    if (offered.isBlank()) {
      return "";
    }
    for (String one : offered.split(",", -1)) {
      String name = one.trim();
      if (name.equals(LACE_V1) || name.equals(LACE_JSON)) {
        return name;
      }
    }
    return null;
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The proof that the peer has understood (section 4.2.2, number 5.4). */
  static String accept(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
