package io.wirelace.transport.any;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.LineThrottle;
import io.wirelace.metrics.Trace;
import io.wirelace.transport.EndOfStream;
import io.wirelace.transport.Link;
import io.wirelace.transport.Places;
import io.wirelace.transport.any.FirstBytes.Language;
import io.wirelace.transport.any.FirstBytes.Verdict;
import java.io.IOException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Looks at the first bytes of a connection, starts what they ask for, hands them on, and is gone:
 * later bytes do not meet it. Usually the first read decides and is passed on as it is; only the
 * bytes of a start that came in pieces are copied, at most {@link FirstBytes#MOST_BYTES}.
 *
 * <p>Belongs to its channel's event loop.
 */
final class Sniffer extends ChannelInboundHandlerAdapter {
  private static final LineThrottle FAILURES =
      new LineThrottle(LoggerFactory.getLogger(Sniffer.class)::error);

  private final SharedPort port;
  private final Link link;
  private final Places.Place place;
  private final boolean insideTls;
  private final FirstBytes firstBytes;

  private @Nullable Future<?> deadline;

  /** What came so far, if that did not decide. */
  private @Nullable ByteBuf held;

  private boolean refused;

  Sniffer(SharedPort port, Link link, Places.Place place, boolean insideTls) {
    this.port = port;
    this.link = link;
    this.place = place;
    this.insideTls = insideTls;
    this.firstBytes = new FirstBytes(port.options(), port.tls());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    deadline =
        ctx.executor()
            .schedule(
                () -> endLate(ctx), port.options().sniffTimeout().toNanos(), TimeUnit.NANOSECONDS);
  }

  private void endLate(ChannelHandlerContext ctx) {
    try {
      late(ctx);
    } catch (Throwable e) {
      ctx.close(); // a timer that fails is heard by nobody
      throw e;
    }
  }

  private void late(ChannelHandlerContext ctx) {
    int bytes = held == null ? 0 : held.readableBytes();
    refuse(
        ctx,
        Fault.of(
            ErrorCode.IDLE_TIMEOUT,
            "did not show what it is within sniff-timeout (" + bytes + " bytes came)"),
        Language.UNKNOWN);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ctx.fireChannelRead(message);
      return;
    }
    if (refused || !in.isReadable()) {
      in.release();
      return;
    }
    boolean handedOn = false;
    try {
      Verdict verdict = firstBytes.judge(held == null ? in : hold(ctx, in), insideTls);
      switch (verdict) {
        case Verdict.Undecided undecided -> {
          if (held == null) {
            hold(ctx, in);
          }
        }
        case Verdict.Refused no -> refuse(ctx, no.fault(), no.language());
        case Verdict.Tls tls -> {
          port.startTls(tls.streams(), ctx.channel(), link, place);
          handedOn = true;
          stepAside(ctx, in);
        }
        case Verdict.Start start -> {
          port.decided(start.protocol(), ctx.channel(), link, place);
          handedOn = true;
          stepAside(ctx, in);
        }
      }
    } finally {
      if (!handedOn) {
        in.release();
      }
    }
  }

  /** Adds to what is held as much of the buffer as may be. */
  private ByteBuf hold(ChannelHandlerContext ctx, ByteBuf in) {
    ByteBuf buffer = held;
    if (buffer == null) {
      buffer = ctx.alloc().buffer(FirstBytes.MOST_BYTES, FirstBytes.MOST_BYTES);
      held = buffer;
    }
    return buffer.writeBytes(in, Math.min(in.readableBytes(), buffer.writableBytes()));
  }

  /** Hands on what was read to those who were put behind. */
  private void stepAside(ChannelHandlerContext ctx, ByteBuf in) {
    ByteBuf first = held;
    held = null;
    ctx.pipeline().remove(this);
    if (first != null) {
      ctx.fireChannelRead(first);
    }
    if (in.isReadable()) {
      ctx.fireChannelRead(in);
    } else {
      in.release();
    }
  }

  private void refuse(ChannelHandlerContext ctx, Fault fault, Language language) {
    refused = true;
    port.denied(link, fault);
    LastWords.say(ctx, fault, language);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event != EndOfStream.INSTANCE) {
      ctx.fireUserEventTriggered(event);
    } else if (held == null || refused) {
      ctx.close(); // it only looked whether we are there: nothing was lost
    } else {
      refuse(
          ctx,
          Fault.of(
              ErrorCode.PROTOCOL_ERROR,
              "ended after " + held.readableBytes() + " bytes, before it showed what it is"),
          Language.UNKNOWN);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof WirelaceException ours) {
      port.denied(link, ours.fault()); // TLS below was cut off or damaged: the peer's doing
    } else if (!(cause instanceof IOException)) {
      FAILURES.tell(() ->
          "a connection from " + link.peer() + " failed at its first bytes: " + Trace.line(cause));
      port.denied(link, Fault.of(ErrorCode.INTERNAL_ERROR, cause.toString(), cause));
    }
    ctx.close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    Future<?> running = deadline;
    if (running != null) {
      running.cancel(false);
    }
    ByteBuf rest = held;
    if (rest != null) {
      held = null;
      rest.release();
    }
  }
}
