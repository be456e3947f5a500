package io.wirelace.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.wirelace.config.SessionSettings;
import io.wirelace.dispatch.Dispatcher;
import io.wirelace.dispatch.Routes;
import io.wirelace.dispatch.RunMode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.session.Message;
import io.wirelace.session.MessageSink;
import io.wirelace.session.SessionContext;
import io.wirelace.session.Sessions;
import io.wirelace.transport.Link;
import io.wirelace.wire.Compression;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameDecoder;
import io.wirelace.wire.FrameSink;
import io.wirelace.wire.Role;
import io.wirelace.wire.WireLimits;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A read of 64 KiB decoded and given to the dispatcher, until its last message is handled; figures
 * are for one message. For an ordered route that includes the hand-over to a virtual thread and the
 * wait for it, once a read.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DispatchBenchmark {
  /** What the handler does with each message. */
  public enum Handling {
    /** Takes the body as an array. */
    TAKES_BODY,
    /** Reads a byte of the body where it lies. */
    LOOKS_AT_BODY
  }

  @Param({"ORDERED", "INLINE"})
  RunMode mode;

  @Param({"TAKES_BODY", "LOOKS_AT_BODY"})
  Handling handling;

  private final ByteBuf of64 = Reads.of(64);
  private final ByteBuf of1024 = Reads.of(1024);
  private long handled;
  private FrameDecoder decoder;
  private ChannelHandlerContext ctx;
  private MessageSink.Inbox inbox;

  /** The mailbox never fills: there is one read at a time. */
  private static final class NoFlow implements MessageSink.Flow {
    @Override
    public Executor loop() {
      return Runnable::run;
    }

    @Override
    public boolean isOnLoop() {
      return false;
    }

    @Override
    public boolean hasMuchToSend() {
      return false;
    }

    @Override
    public void sendNow() {
      throw new IllegalStateException("there is nothing to send");
    }

    @Override
    public long writtenNs() {
      return 0;
    }

    @Override
    public void pause() {
      throw new IllegalStateException("the mailbox is full");
    }

    @Override
    public void resume() {}

    @Override
    public void hold() {}

    @Override
    public void release() {}

    @Override
    public void emptied() {}

    @Override
    public void cannotGoOn(Throwable cause) {
      throw new IllegalStateException("a message was not handled", cause);
    }
  }

  private record ToInbox(MessageSink.Inbox inbox) implements FrameSink {
    @Override
    public void onFrame(Frame frame) {
      inbox.onMessage(frame, null);
    }

    @Override
    public void onBatchEnd(int frames, int bytes) {
      inbox.onBatchEnd();
    }

    @Override
    public void onViolation(Fault fault) {
      throw new IllegalStateException(fault.message());
    }
  }

  /** Opens a session, for its inbox. */
  @Setup
  public void open() {
    Routes routes =
        Routes.builder()
            .addReceiver(Reads.ROUTE, mode, (session, message) -> handled += handle(message))
            .build();
    Dispatcher dispatcher =
        new Dispatcher(
            routes, NetworkListener.none(), SessionSettings.DEFAULT, false, System::nanoTime);
    CompletableFuture<MessageSink.Inbox> opened = new CompletableFuture<>();
    MessageSink opening =
        (session, flow) -> {
          opened.complete(dispatcher.open(session, new NoFlow()));
          return opened.join();
        };
    Sessions sessions = new Sessions(context(opening), 1, session -> {});
    EmbeddedChannel channel = new EmbeddedChannel();
    sessions.starter().startSession(channel, Link.of(channel, "memory"));
    inbox = opened.join();
    decoder = new FrameDecoder(Role.SERVER, WireLimits.DEFAULT, new ToInbox(inbox));
    ctx = new EmbeddedChannel(decoder).pipeline().context(decoder);
  }

  private int handle(Message message) {
    return switch (handling) {
      case TAKES_BODY -> message.body().length;
      case LOOKS_AT_BODY -> message.bodyByte(0) + 1;
    };
  }

  private static SessionContext context(MessageSink sink) {
    return new SessionContext(
        Role.SERVER,
        "benchmark",
        SessionSettings.DEFAULT,
        sink,
        NetworkListener.none(),
        Compression.NONE,
        true,
        new SecureRandom(),
        System::nanoTime);
  }

  /** A message with a body of 64 bytes. */
  @Benchmark
  @OperationsPerInvocation(Reads.FRAMES_OF_64)
  public long body64() {
    return handle(of64);
  }

  /** A message with a body of 1 KiB. */
  @Benchmark
  @OperationsPerInvocation(Reads.FRAMES_OF_1024)
  public long body1024() {
    return handle(of1024);
  }

  private long handle(ByteBuf read) {
    decoder.channelRead(ctx, Reads.again(read));
    while (!inbox.isEmpty()) {
      Thread.onSpinWait();
    }
    return handled;
  }

  /** Gives the buffers back. */
  @TearDown
  public void release() {
    of64.release();
    of1024.release();
  }
}
