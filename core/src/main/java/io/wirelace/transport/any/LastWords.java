package io.wirelace.transport.any;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.wirelace.error.Fault;
import io.wirelace.transport.EndOfStream;
import io.wirelace.transport.any.FirstBytes.Language;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells a refused peer why, in its own language, and closes. Reads on until the peer has ended too,
 * but not for long: closing with unread data would reset the connection and destroy what the peer
 * has yet to read. Belongs to its channel's event loop.
 */
final class LastWords extends ChannelInboundHandlerAdapter {
  private static final long MOST_MS = 1000;

  /** A fatal handshake_failure (RFC 8446 section 6), in a record of the version that all take. */
  private static final byte[] ALERT = HexFormat.of().parseHex("15030100020228");

  private final byte[] words;
  private @Nullable Future<?> deadline;

  private LastWords(byte[] words) {
    this.words = words;
  }

  /** Ends the channel of a handler, which is replaced. */
  static void say(ChannelHandlerContext ctx, Fault fault, Language language) {
    if (language == Language.UNKNOWN) {
      ctx.close();
    } else {
      ctx.pipeline().replace(ctx.handler(), null, new LastWords(words(fault, language)));
    }
  }

  private static byte[] words(Fault fault, Language language) {
    return switch (language) {
      case NATIVE -> FrameEncoder.frame(FrameHeader.ERROR, 0, FrameEncoder.faultPayload(fault));
      case TLS -> ALERT;
      case HTTP -> http(fault);
      case UNKNOWN -> FrameEncoder.NO_BODY;
    };
  }

  private static byte[] http(Fault fault) {
    byte[] body = (fault + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                + body.length
                + "\r\nConnection: close\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] both = new byte[head.length + body.length];
    System.arraycopy(head, 0, both, 0, head.length);
    System.arraycopy(body, 0, both, head.length, body.length);
    return both;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    deadline = ctx.executor().schedule(() -> ctx.close(), MOST_MS, TimeUnit.MILLISECONDS);
    ctx.write(Unpooled.wrappedBuffer(words));
    ctx.writeAndFlush(EndOfStream.INSTANCE);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == EndOfStream.INSTANCE) {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    Future<?> running = deadline;
    if (running != null) {
      running.cancel(false);
    }
  }
}
