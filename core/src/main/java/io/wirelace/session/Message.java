package io.wirelace.session;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.PeerText;
import io.wirelace.error.WirelaceException;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.Headers;
import io.wirelace.wire.MalformedFrameException;
import io.wirelace.wire.WireLimits;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A route, headers and a body.
 *
 * <p>Messages are immutable, with one exception for speed: the message that an <em>inline</em>
 * handler gets is lent to it, is the same object each time, and is valid only until the handler
 * returns. Its {@link #body} copies on demand; a handler that keeps more than the body calls {@link
 * #keep}.
 */
public final class Message {
  private String route;
  private Headers headers;
  private byte @Nullable [] body;

  // Set only while lent.
  private @Nullable Frame frame;
  private WireLimits limits = WireLimits.DEFAULT;

  private Message(String route, Headers headers, byte @Nullable [] body) {
    this.route = route;
    this.headers = headers;
    this.body = body;
  }

  /** A message for the peer's default handler. */
  public static Message of(byte[] body) {
    return new Message("", Headers.NONE, Objects.requireNonNull(body, "body"));
  }

  /** A message for a route. */
  public static Message of(String route, byte[] body) {
    return new Message(
        Objects.requireNonNull(route, "route"), Headers.NONE, Objects.requireNonNull(body, "body"));
  }

  /** A message for a route with a text, sent as UTF-8. */
  public static Message of(String route, String text) {
    return of(route, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A message with headers made before. */
  public static Message of(String route, Headers headers, byte[] body) {
    return new Message(
        Objects.requireNonNull(route, "route"),
        Objects.requireNonNull(headers, "headers"),
        Objects.requireNonNull(body, "body"));
  }

  /** A message to be lent again and again; for dispatchers. */
  public static Message lendable() {
    return new Message("", Headers.NONE, FrameEncoder.NO_BODY);
  }

  /** Makes this lendable message a view of a frame; for dispatchers, event loop only. */
  public void lend(String newRoute, Headers newHeaders, Frame newFrame, WireLimits newLimits) {
    route = newRoute;
    headers = newHeaders;
    frame = newFrame;
    limits = newLimits;
    body = null;
  }

  /** Ends the loan: the view of the frame is gone. */
  public void takeBack() {
    frame = null;
    if (body == null) {
      body = FrameEncoder.NO_BODY;
    }
  }

  /** This message with a header more, or replaced. */
  public Message withHeader(String key, String value) {
    return new Message(route, headers.with(key, value), body());
  }

  /** The route; empty for the default handler. */
  public String route() {
    return route;
  }

  /** The headers. */
  public Map<String, String> headers() {
    return headers.asMap();
  }

  /** One header. */
  public Optional<String> header(String key) {
    return headers.get(key);
  }

  /** The headers as they go on the wire; for this package and dispatchers. */
  public Headers wireHeaders() {
    return headers;
  }

  /**
   * The body. Not copied again: do not change it.
   *
   * @throws WirelaceException {@link ErrorCode#DECOMPRESSION_FAILED} if a lent message's body does
   *     not inflate; elsewhere that has been checked before
   */
  public byte[] body() {
    byte[] bytes = body;
    if (bytes == null) {
      bytes = copyBody();
      body = bytes;
    }
    return bytes;
  }

  private byte[] copyBody() {
    Frame lent = frame;
    if (lent == null) {
      throw new IllegalStateException("this message was lent to an inline handler and is over");
    }
    try {
      return lent.body(limits);
    } catch (MalformedFrameException e) {
      throw new WirelaceException(e.code(), String.valueOf(e.getMessage()));
    }
  }

  /** The body as text, from UTF-8. */
  public String text() {
    return new String(body(), StandardCharsets.UTF_8);
  }

  /** Bytes of the body, without copying it unless it is compressed. */
  public int bodyLength() {
    Frame lent = frame;
    byte[] bytes = body;
    if (bytes != null || lent == null || lent.compressed()) {
      return body().length;
    }
    return lent.bodyLength();
  }

  /** One byte of the body, without copying it unless it is compressed. */
  public byte bodyByte(int index) {
    Frame lent = frame;
    byte[] bytes = body;
    if (bytes != null || lent == null || lent.compressed()) {
      return body()[index];
    }
    Objects.checkIndex(index, lent.bodyLength());
    return lent.bodyByte(index);
  }

  /** This message as one that stays valid. */
  public Message keep() {
    return new Message(route, headers, body());
  }

  @Override
  public String toString() {
    return "Message["
        + (route.isEmpty() ? "" : PeerText.escaped(route) + ", ")
        + bodyLength()
        + " bytes]";
  }
}
