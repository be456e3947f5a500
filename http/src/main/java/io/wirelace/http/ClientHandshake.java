package io.wirelace.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.http.websocket.Deflate;
import io.wirelace.http.websocket.WebSocketHandler;
import io.wirelace.transport.EndOfStream;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.Link;
import io.wirelace.transport.SessionStarter;
import io.wirelace.wire.Role;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client's half of the opening handshake (RFC 6455, section 4.1): asks, checks the answer,
 * starts the session, and is gone. Redirects are not followed. Belongs to its channel's event loop.
 */
final class ClientHandshake extends ChannelInboundHandlerAdapter {
  private static final int KEY_BYTES = 16;

  /**
   * What it is about.
   *
   * @param endpoint where it connects to
   * @param options the endpoint's options
   * @param starter puts the session on the channel
   * @param messages what the messages mean
   */
  record Target(
      Endpoint endpoint, WebSocketOptions options, SessionStarter starter, MessagesOf messages) {}

  private final Target target;
  private final Link link;
  private final ChannelPromise ready;
  private final HeadReader reader;
  private final String key;

  private @Nullable ScheduledFuture<?> timer;
  private boolean done;

  /**
   * For one connection.
   *
   * @param ready succeeds when frames can flow
   */
  ClientHandshake(Target target, Link link, ChannelPromise ready) {
    this.target = target;
    this.link = link;
    this.ready = ready;
    this.reader = new HeadReader(target.options().maxHeadBytes());
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    this.key = Base64.getEncoder().encodeToString(random);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    long timeout = target.options().handshakeTimeout().toNanos();
    timer =
        ctx.executor()
            .schedule(
                () ->
                    fail(ctx, ErrorCode.CONNECTION_TIMEOUT, "the upgrade was not answered in time"),
                timeout,
                TimeUnit.NANOSECONDS);
    String request = request();
    ByteBuf head = ctx.alloc().directBuffer(request.length());
    ByteBufUtil.writeUtf8(head, request);
    ctx.writeAndFlush(head, ctx.channel().voidPromise());
  }

  private String request() {
    Endpoint to = target.endpoint();
    StringBuilder head = new StringBuilder(384);
    head.append("GET ").append(target.options().path()).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(HostField.of(to)).append("\r\n");
    head.append("Upgrade: websocket\r\nConnection: Upgrade\r\n");
    head.append("Sec-WebSocket-Version: ").append(Upgrade.VERSION).append("\r\n");
    head.append("Sec-WebSocket-Key: ").append(key).append("\r\n");
    head.append("Sec-WebSocket-Protocol: ").append(Upgrade.LACE_V1).append("\r\n");
    if (target.options().deflate()) {
      head.append("Sec-WebSocket-Extensions: ").append(ExtensionOffer.OURS).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (done || !(message instanceof ByteBuf in)) {
      ctx.fireChannelRead(message);
      return;
    }
    boolean taken = false;
    try {
      if (reader.read(in)) {
        taken = judge(ctx, reader.head(), in);
      }
    } catch (BadHeadException e) {
      fail(ctx, ErrorCode.HANDSHAKE_FAILED, "the server's answer is no HTTP: " + e.why());
    } finally {
      if (!taken) {
        in.release();
      }
    }
  }

  /** Returns whether the buffer was handed on. */
  private boolean judge(ChannelHandlerContext ctx, HttpHead response, ByteBuf rest) {
    HttpHead.Start start = response.start();
    if (!start.second().equals("101")) {
      fail(
          ctx,
          codeOf(start.second()),
          "the server answered " + start.second() + " " + start.third() + " to the upgrade");
      return false;
    }
    String wrong = wrong(response);
    String extensions = response.field("sec-websocket-extensions").orElse("");
    Deflate deflate = null;
    if (wrong == null && !extensions.isEmpty()) {
      deflate = target.options().deflate() ? ExtensionOffer.agreed(extensions) : null;
      wrong = deflate == null ? "extensions that were not offered: " + extensions : null;
    }
    if (wrong != null) {
      fail(ctx, ErrorCode.HANDSHAKE_FAILED, "the server's upgrade has " + wrong);
      return false;
    }
    upgraded(ctx, deflate);
    if (rest.isReadable()) {
      ctx.fireChannelRead(rest);
    } else {
      rest.release();
    }
    ctx.pipeline().remove(this);
    return true;
  }

  /** What is wrong with an upgrade, null if nothing is. */
  private @Nullable String wrong(HttpHead response) {
    if (!response.start().first().equals("HTTP/1.1")) {
      return "version " + response.start().first() + " (expected HTTP/1.1)";
    }
    if (!response.hasToken("upgrade", "websocket") || !response.hasToken("connection", "upgrade")) {
      return "no Upgrade: websocket";
    }
    if (!response.field("sec-websocket-accept").orElse("").equals(Upgrade.accept(key))) {
      return "a Sec-WebSocket-Accept that is not the answer to our key";
    }
    String protocol = response.field("sec-websocket-protocol").orElse(Upgrade.LACE_V1);
    return protocol.equals(Upgrade.LACE_V1)
        ? null
        : "a subprotocol that was not offered: " + protocol;
  }

  private static ErrorCode codeOf(String status) {
    return switch (status) {
      case "401" -> ErrorCode.AUTHENTICATION_REQUIRED;
      case "403" -> ErrorCode.PERMISSION_DENIED;
      case "503" -> ErrorCode.CONNECTION_LIMIT;
      default -> ErrorCode.HANDSHAKE_FAILED;
    };
  }

  private void upgraded(ChannelHandlerContext ctx, @Nullable Deflate deflate) {
    done = true;
    Channel channel = ctx.channel();
    channel
        .pipeline()
        .addLast(
            new WebSocketHandler(
                Role.CLIENT,
                target.options().limits(),
                deflate,
                target.messages().of(false, target.options().limits())));
    target.starter().startSession(channel, link);
    ready.trySuccess();
  }

  private void fail(ChannelHandlerContext ctx, ErrorCode code, String why) {
    done = true;
    ready.tryFailure(
        Fault.of(code, "cannot connect to " + target.endpoint().uri() + ": " + why).toException());
    ctx.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!done && event == EndOfStream.INSTANCE) {
      fail(ctx, ErrorCode.HANDSHAKE_FAILED, "the server closed before it answered the upgrade");
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!done) {
      fail(ctx, ErrorCode.HANDSHAKE_FAILED, "the connection ended before the upgrade was answered");
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (done) {
      ctx.fireExceptionCaught(cause);
    } else {
      done = true;
      ready.tryFailure(cause);
      ctx.close();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    ScheduledFuture<?> running = timer;
    if (running != null) {
      timer = null;
      running.cancel(false);
    }
  }
}
