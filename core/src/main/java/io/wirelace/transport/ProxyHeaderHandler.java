package io.wirelace.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads a proxy's header in front of everything else, starts the protocol with the addresses it
 * told, and is gone. On a connection that is not a trusted proxy's the protocol starts at once, and
 * a header ends it.
 *
 * <p>Belongs to its channel's event loop.
 */
final class ProxyHeaderHandler extends ChannelInboundHandlerAdapter {
  /** What is asked of a connection. */
  enum Policy {
    /** A trusted proxy's: it begins with a header. */
    REQUIRED,
    /** A trusted proxy's: it may begin with a header. */
    OPTIONAL,
    /** Anybody else's: what it says of itself is not believed. */
    FORBIDDEN
  }

  private final ProxyOptions options;
  private final Policy policy;
  private final Link link;
  private final ByteStreams.Protocol protocol;
  private final NetworkListener listener;
  private final ProxyHeader header = new ProxyHeader();

  private @Nullable Future<?> deadline;
  private boolean refused;

  ProxyHeaderHandler(
      ProxyOptions options, Link link, ByteStreams.Protocol protocol, NetworkListener listener) {
    this.options = options;
    this.policy = options.policy(link.peer());
    this.link = link;
    this.protocol = protocol;
    this.listener = listener;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (policy == Policy.FORBIDDEN) {
      protocol.start(ctx.channel(), link);
    } else {
      startDeadline(ctx);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ctx.fireChannelRead(message);
      return;
    }
    if (refused) {
      in.release();
      return;
    }
    ProxyHeader.Step step = header.read(in);
    if (policy == Policy.FORBIDDEN && header.isRecognised()) {
      in.release();
      refuse(ctx, ErrorCode.PERMISSION_DENIED, "a PROXY header from where no proxy is trusted");
      return;
    }
    switch (step) {
      case ProxyHeader.Step.More more -> {
        in.release();
        startDeadline(ctx);
      }
      case ProxyHeader.Step.Malformed malformed -> {
        in.release();
        refuse(ctx, ErrorCode.PROTOCOL_ERROR, "a malformed PROXY header: " + malformed.why());
      }
      case ProxyHeader.Step.Absent absent -> {
        if (policy == Policy.REQUIRED) {
          in.release();
          refuse(
              ctx,
              ErrorCode.PROTOCOL_ERROR,
              "no PROXY header from a proxy (proxy=optional would allow that)");
        } else {
          goOn(ctx, link, Unpooled.wrappedBuffer(header.kept()), in);
        }
      }
      case ProxyHeader.Step.Local local -> goOn(ctx, link, Unpooled.EMPTY_BUFFER, in);
      case ProxyHeader.Step.Proxied told ->
          goOn(ctx, link.withAddresses(told.peer(), told.local()), Unpooled.EMPTY_BUFFER, in);
    }
  }

  /** Starts the protocol, steps aside, and hands on what was read. */
  private void goOn(ChannelHandlerContext ctx, Link known, ByteBuf first, ByteBuf rest) {
    if (policy != Policy.FORBIDDEN) {
      try {
        protocol.start(ctx.channel(), known);
      } catch (RuntimeException | Error e) {
        rest.release();
        throw e;
      }
    }
    ctx.pipeline().remove(this);
    for (ByteBuf bytes : new ByteBuf[] {first, rest}) {
      if (bytes.isReadable()) {
        ctx.fireChannelRead(bytes);
      } else {
        bytes.release();
      }
    }
  }

  private void startDeadline(ChannelHandlerContext ctx) {
    if (deadline == null) {
      deadline =
          ctx.executor()
              .schedule(() -> late(ctx), options.timeout().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void late(ChannelHandlerContext ctx) {
    if (policy == Policy.OPTIONAL && header.kept().length == 0) {
      // Proxies speak first, so this connection has no header; what is above knows what to wait
      // for.
      goOn(ctx, link, Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER);
    } else {
      refuse(ctx, ErrorCode.IDLE_TIMEOUT, "no whole PROXY header within proxy-timeout");
    }
  }

  private void refuse(ChannelHandlerContext ctx, ErrorCode code, String why) {
    refused = true;
    listener.onEvent(new Event.Denied(String.valueOf(link.peer()), Fault.of(code, why)));
    ctx.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == EndOfStream.INSTANCE && policy != Policy.FORBIDDEN) {
      // A proxy that only looks whether we are there ends without a word: nothing was lost.
      if (header.kept().length > 0) {
        refuse(ctx, ErrorCode.PROTOCOL_ERROR, "the connection ended within its PROXY header");
      } else {
        ctx.close();
      }
      return;
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (policy == Policy.FORBIDDEN) {
      ctx.fireExceptionCaught(cause);
    } else {
      ctx.close(); // reset before there was anything to tell it to
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    Future<?> running = deadline;
    if (running != null) {
      running.cancel(false);
    }
  }
}
