package io.wirelace.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.wirelace.config.SessionSettings;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.transport.EndOfOutput;
import io.wirelace.transport.EndOfStream;
import io.wirelace.transport.Link;
import io.wirelace.wire.Compression;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Role;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session on a channel that only records, whose messages go to the test; a server's if not said.
 */
final class SessionOnTape implements AutoCloseable {
  private static final SocketAddress NOWHERE =
      new SocketAddress() {
        private static final long serialVersionUID = 1L;
      };

  /** Takes messages in place of a dispatcher. */
  interface Taker {
    /** As {@link MessageSink.Inbox#onMessage}. */
    boolean take(Frame frame, @Nullable InboundRequest request);
  }

  /** A frame that the session sent. */
  record Sent(int kind, long id, int code) {}

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final AtomicLong nowNs = new AtomicLong();

  /** Runs at each event and at each look at the clock: to record, or to fail. */
  private Consumer<Event> onEvent = event -> {};

  private Runnable onClock = () -> {};
  private final Session session;
  private final MessageSink.Flow flow;

  private SessionOnTape(Role role, Taker taker, long seed, ChannelHandler... below) {
    channel.pipeline().addLast(below);
    AtomicReference<Session> opened = new AtomicReference<>();
    AtomicReference<MessageSink.Flow> opening = new AtomicReference<>();
    SessionContext context =
        new SessionContext(
            role,
            "tape",
            SessionSettings.DEFAULT,
            (at, itsFlow) -> {
              opening.set(itsFlow);
              return new Box(taker);
            },
            event -> onEvent.accept(event),
            Compression.NONE,
            false,
            new Random(seed),
            this::now);
    Sessions sessions = new Sessions(context, 1, opened::set);
    Link link = new Link("tape", NOWHERE, NOWHERE, Optional.empty(), FrameHeader.MAX_LENGTH);
    sessions.starter().startSession(channel, link);
    session = Objects.requireNonNull(opened.get());
    flow = Objects.requireNonNull(opening.get());
  }

  static SessionOnTape of(Taker taker) {
    return of(taker, 1);
  }

  static SessionOnTape of(Taker taker, long seed) {
    return new SessionOnTape(Role.SERVER, taker, seed);
  }

  /** One whose requests stay unanswered, and are kept there. */
  static SessionOnTape keeping(List<InboundRequest> unanswered) {
    return of((frame, request) -> {
      if (request != null) {
        unanswered.add(request);
      }
      return false;
    });
  }

  /** A client's, which does not greet. */
  static SessionOnTape ofClient(Taker taker) {
    return new SessionOnTape(Role.CLIENT, taker, 1);
  }

  /** One with handlers between its channel and it. */
  static SessionOnTape above(ChannelHandler... below) {
    return new SessionOnTape(Role.SERVER, (frame, request) -> false, 1, below);
  }

  Session session() {
    return session;
  }

  /** The channel that it is on. */
  EmbeddedChannel channel() {
    return channel;
  }

  /** What hears of events, on the thread that tells them; it may throw. */
  void listen(Consumer<Event> listener) {
    onEvent = listener;
  }

  /** What runs whenever the session asks what time it is; it may throw. */
  void atEachLookAtTheClock(Runnable look) {
    onClock = look;
  }

  private long now() {
    onClock.run();
    return nowNs.get();
  }

  /** Half of a frame comes in. */
  void receiveHalfAFrame() {
    channel.writeInbound(Unpooled.buffer().writeInt(100).writeByte(FrameHeader.NOTIFICATION));
  }

  /** A frame without payload comes in. */
  void receive(int type, long... ids) {
    ByteBuf all = Unpooled.buffer();
    for (long id : ids) {
      all.writeBytes(FrameEncoder.frame(type, id, FrameEncoder.NO_BODY));
    }
    channel.writeInbound(all);
  }

  /** The peer says that it leaves. */
  void receiveGoAway(Fault why) {
    byte[] frame = FrameEncoder.frame(FrameHeader.GOAWAY, 0, FrameEncoder.faultPayload(why));
    channel.writeInbound(Unpooled.wrappedBuffer(frame));
  }

  /** The peer sends nothing more. */
  void receiveEnd() {
    channel.pipeline().fireUserEventTriggered(EndOfStream.INSTANCE);
  }

  /** The transport can send nothing more, as TLS that ends both directions at once. */
  void endOutput() {
    channel.pipeline().fireUserEventTriggered(EndOfOutput.INSTANCE);
  }

  /** Bytes come in that need not be a frame. */
  void receiveBytes(byte... bytes) {
    channel.writeInbound(Unpooled.wrappedBuffer(bytes));
  }

  /** The peer asks for a sign of life. */
  void receiveProbe() {
    byte[] probe = new byte[Watch.PROBE_BYTES];
    channel.writeInbound(
        Unpooled.wrappedBuffer(FrameEncoder.frame(FrameHeader.HEARTBEAT, 0, probe)));
  }

  /** Whether the channel takes what is written to it. */
  void takesMore(boolean takes) {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, takes);
  }

  /** The channel takes so many writes, and then none until told otherwise. */
  void takesOnly(int writes) {
    AtomicInteger left = new AtomicInteger(writes);
    channel
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                ctx.write(message, promise);
                if (left.decrementAndGet() == 0) {
                  takesMore(false);
                }
              }
            });
    takesMore(true);
    channel.runPendingTasks();
  }

  /** The mailbox is full. */
  void pauseMailbox() {
    flow.pause();
  }

  /** It has room again. */
  void resumeMailbox() {
    flow.resume();
  }

  /** Whether the next read would be made. */
  boolean isReading() {
    return channel.config().isAutoRead();
  }

  /** The peer greets. */
  void greet() {
    channel.writeInbound(
        Unpooled.wrappedBuffer(FrameEncoder.frame(FrameHeader.HELLO, 0, new byte[] {0, 1, 0, 0})));
  }

  /** Time passes, with all that is due in it. */
  void pass(Duration time) {
    channel.runPendingTasks();
    nowNs.addAndGet(time.toNanos());
    channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    channel.runScheduledPendingTasks();
  }

  /** What was sent since the last time. */
  List<Sent> sent() {
    channel.runPendingTasks();
    List<Sent> frames = new ArrayList<>();
    Object written;
    while ((written = channel.readOutbound()) != null) {
      if (!(written instanceof ByteBuf out)) {
        continue; // the end of stream
      }
      while (out.isReadable()) {
        int end = out.readerIndex() + 4 + out.getInt(out.readerIndex());
        int kind = out.getByte(out.readerIndex() + FrameHeader.TYPE_OFFSET) & 0x1F;
        long id = out.getLong(out.readerIndex() + FrameHeader.ID_OFFSET);
        int body = out.readerIndex() + FrameHeader.BYTES;
        frames.add(new Sent(kind, id, kind == FrameHeader.ERROR ? out.getInt(body) : 0));
        out.readerIndex(end);
      }
      out.release();
    }
    return frames;
  }

  /** A request of this side that is in no table and tells nobody. */
  PendingRequest pendingRequest(long id) {
    return new PendingRequest(session.requests(), new Nobody(), id, 0, Duration.ZERO);
  }

  @Override
  public void close() {
    channel.finishAndReleaseAll();
  }

  private static final class Nobody implements AnswerCallback {
    @Override
    public void onAnswer(byte[] body) {}

    @Override
    public void onFailure(Fault fault) {}
  }

  private record Box(Taker taker) implements MessageSink.Inbox {
    @Override
    public boolean onMessage(Frame frame, @Nullable InboundRequest request) {
      return taker.take(frame, request);
    }

    @Override
    public void onBatchEnd() {}

    @Override
    public boolean isEmpty() {
      return true;
    }

    @Override
    public long waitingMessages() {
      return 0;
    }

    @Override
    public long waitingBytes() {
      return 0;
    }

    @Override
    public void onSessionEnd() {}
  }
}
