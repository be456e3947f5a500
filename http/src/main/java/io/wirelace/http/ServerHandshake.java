package io.wirelace.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.http.websocket.Messages;
import io.wirelace.http.websocket.WebSocketHandler;
import io.wirelace.metrics.Event;
import io.wirelace.transport.EndOfStream;
import io.wirelace.transport.Link;
import io.wirelace.transport.Places;
import io.wirelace.transport.TransportContext;
import io.wirelace.wire.Role;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one connection until it is a WebSocket: reads one head, answers it, and is
 * gone; or has refused it and waits, for a bounded time, until the peer has taken that in. Belongs
 * to its channel's event loop.
 */
final class ServerHandshake extends ChannelInboundHandlerAdapter {
  private enum State {
    /** The head is being read. */
    READING,
    /** It was answered with something else; what still comes is thrown away. */
    ANSWERED,
    /** The connection is a WebSocket, or gone. */
    DONE
  }

  /** What all connections of one endpoint share. */
  static final class Listener {
    private final WebSocketOptions options;
    private final TransportContext context;
    private final boolean page;
    private final MessagesOf messages;
    private final Upgrade upgrade;
    private final Places underWay;

    /**
     * For one endpoint.
     *
     * @param page whether requests that want no WebSocket get a page
     */
    Listener(WebSocketOptions options, TransportContext context, boolean page) {
      this(options, context, page, MessagesOf.SUBPROTOCOL);
    }

    /** For one endpoint whose messages mean something else. */
    Listener(
        WebSocketOptions options, TransportContext context, boolean page, MessagesOf messages) {
      this.messages = messages;
      this.options = options;
      this.context = context;
      this.page = page;
      this.upgrade = new Upgrade(options);
      this.underWay = new Places(options.maxHandshakes());
    }
  }

  private final Listener listener;
  private final Link link;
  private final HeadReader reader;

  private State state = State.READING;
  private Places.@Nullable Place place;
  private @Nullable ScheduledFuture<?> timer;

  /**
   * For one connection.
   *
   * @param link what it becomes if it becomes a session
   */
  ServerHandshake(Listener listener, Link link) {
    this.listener = listener;
    this.link = link;
    this.reader = new HeadReader(listener.options.maxHeadBytes());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    long timeout = listener.options.handshakeTimeout().toNanos();
    timer = ctx.executor().schedule(() -> outOfTime(ctx), timeout, TimeUnit.NANOSECONDS);
    place = listener.underWay.enter(ctx.channel(), link.peer(), () -> pushedOut(ctx));
  }

  /** The oldest of the source that has the most of them goes, so that there is room for others. */
  private void pushedOut(ChannelHandlerContext ctx) {
    if (state == State.READING) {
      String why =
          "the listener has its "
              + listener.options.maxHandshakes()
              + " handshakes (max-handshakes); this was the oldest of where most of them are from";
      deny(ctx, HttpAnswer.of(HttpStatus.SERVICE_UNAVAILABLE, why));
    }
    if (state != State.DONE) {
      ctx.close();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    state = State.DONE;
    Places.Place had = place;
    if (had != null) {
      place = null;
      had.leave(ctx.channel());
    }
    ScheduledFuture<?> running = timer;
    if (running != null) {
      timer = null;
      running.cancel(false);
    }
  }

  private void outOfTime(ChannelHandlerContext ctx) {
    timer = null;
    if (state == State.READING) {
      HttpAnswer answer =
          HttpAnswer.of(
              HttpStatus.REQUEST_TIMEOUT,
              "no whole request within " + listener.options.handshakeTimeout().toMillis() + " ms");
      deny(ctx, answer);
    }
    ctx.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in) || state == State.DONE) {
      ctx.fireChannelRead(message);
      return;
    }
    boolean taken = false;
    try {
      if (state == State.READING && reader.read(in)) {
        taken = act(ctx, RequestRules.checked(reader.head()), in);
      }
    } catch (BadHeadException e) {
      deny(ctx, HttpAnswer.of(e.status(), e.why()));
    } finally {
      if (!taken) {
        in.release();
      }
    }
  }

  /** Returns whether the buffer was handed on. */
  private boolean act(ChannelHandlerContext ctx, HttpHead request, ByteBuf rest) {
    if (listener.page && !Upgrade.isWanted(request)) {
      boolean head = request.start().first().equals("HEAD");
      answer(ctx, FrontPage.answer(request, listener.options.path()), !head);
      return false;
    }
    return switch (listener.upgrade.judge(request)) {
      case Upgrade.Step.Accept accept -> {
        upgrade(ctx, accept);
        if (rest.isReadable()) {
          ctx.fireChannelRead(rest);
        } else {
          rest.release();
        }
        ctx.pipeline().remove(this);
        yield true;
      }
      case Upgrade.Step.Refuse refusal -> {
        deny(ctx, refusal.answer());
        yield false;
      }
    };
  }

  private void upgrade(ChannelHandlerContext ctx, Upgrade.Step.Accept accept) {
    state = State.DONE;
    Channel channel = ctx.channel();
    ByteBuf head = ctx.alloc().directBuffer(accept.head().length());
    ByteBufUtil.writeAscii(head, accept.head());
    ctx.write(head, channel.voidPromise());
    Messages messages = listener.messages.of(accept.json(), listener.options.limits());
    WebSocketHandler socket =
        new WebSocketHandler(Role.SERVER, listener.options.limits(), accept.deflate(), messages);
    channel.pipeline().addLast(socket);
    listener.context.starter().startSession(channel, link);
    ctx.flush();
  }

  /** Refuses, and tells the listener. */
  private void deny(ChannelHandlerContext ctx, HttpAnswer answer) {
    ErrorCode code =
        switch (answer.status()) {
          case FORBIDDEN -> ErrorCode.PERMISSION_DENIED;
          case SERVICE_UNAVAILABLE -> ErrorCode.CONNECTION_LIMIT;
          default -> ErrorCode.HANDSHAKE_FAILED;
        };
    Fault fault = Fault.of(code, answer.body().trim());
    listener.context.listener().onEvent(new Event.Denied(String.valueOf(link.peer()), fault));
    answer(ctx, answer, true);
  }

  /** Answers, ends our direction, and gives the peer the rest of the timeout to take it in. */
  private void answer(ChannelHandlerContext ctx, HttpAnswer answer, boolean withBody) {
    state = State.ANSWERED;
    ctx.write(answer.encode(ctx.alloc(), withBody), ctx.channel().voidPromise());
    ctx.writeAndFlush(EndOfStream.INSTANCE);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == EndOfStream.INSTANCE && state != State.DONE) {
      ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Before there is a session nobody else would hear of it. Mostly it is a reset, which says
    // nothing.
    if (cause instanceof WirelaceException ours) {
      listener
          .context
          .listener()
          .onEvent(new Event.Denied(String.valueOf(link.peer()), ours.fault()));
    }
    ctx.close();
  }
}
