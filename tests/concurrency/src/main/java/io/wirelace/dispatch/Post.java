package io.wirelace.dispatch;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wirelace.config.SessionSettings;
import io.wirelace.session.MessageSink;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A mailbox that is full with one message, with all that it knows of the world: what a loop would
 * bring, and the tasks in which handlers would be called.
 */
final class Post implements MessageSink.Flow {
  /** More than half of what a mailbox holds: there is room again when none waits. */
  private static final int BODY_BYTES = 600;

  private static final ByteBuf[] FRAMES = new ByteBuf[10];

  static {
    for (int i = 0; i < FRAMES.length; i++) {
      byte[] body = new byte[BODY_BYTES];
      Arrays.fill(body, (byte) i);
      FRAMES[i] = Unpooled.wrappedBuffer(FrameEncoder.frame(FrameHeader.NOTIFICATION, 0, body));
    }
  }

  private static final SessionSettings SMALL = small(SessionSettings.DEFAULT);

  private final Mailbox mailbox;
  private final Frame view = new Frame();

  /** What waits for a thread. */
  final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /** How often a thread was wanted while the last one had not yet begun. */
  final AtomicInteger needless = new AtomicInteger();

  /** How often reading was stopped, less how often it went on. */
  final AtomicInteger stopped = new AtomicInteger();

  /** How often the mailbox said that it is empty. */
  final AtomicInteger emptied = new AtomicInteger();

  /** Handlers of that mode get the first byte of each body. */
  @SuppressWarnings("NullAway") // no handler here asks for its session
  Post(RunMode mode, Receiver receiver) {
    Routes routes = Routes.builder().addReceiver("", mode, receiver).build();
    Dispatcher dispatcher = new Dispatcher(routes, event -> {}, SMALL, false, () -> 0);
    mailbox =
        new Mailbox(
            dispatcher,
            null,
            this,
            task -> {
              if (mode == RunMode.ORDERED && !tasks.isEmpty()) {
                needless.incrementAndGet();
              }
              tasks.add(task);
            });
  }

  private static SessionSettings small(SessionSettings like) {
    return new SessionSettings(
        like.maxFrameBytes(),
        like.maxHeaders(),
        like.maxInflationRatio(),
        like.maxInFlight(),
        like.outboundBytes(),
        like.outboundMessages(),
        1024, // mailbox-bytes
        1, // mailbox-messages
        like.memoryBudget(),
        like.requestTimeout(),
        like.sendTimeout(),
        like.readTimeout(),
        like.idleTimeout(),
        like.heartbeatInterval(),
        like.closeTimeout(),
        like.spinWait(),
        like.handlerCarrier());
  }

  /** A read brings the message of that number, 0 to 9. As the loop. */
  void arrive(int number) {
    ByteBuf frame = FRAMES[number];
    view.moveTo(frame, frame.nioBuffer(), 0);
    mailbox.onMessage(view, null);
    mailbox.onBatchEnd();
  }

  /** Runs a task if one waits. */
  void runOne() {
    @Nullable Runnable task = tasks.poll();
    if (task != null) {
      task.run();
    }
  }

  boolean isEmpty() {
    return mailbox.isEmpty() && mailbox.waitingBytes() == 0;
  }

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
  public void sendNow() {}

  @Override
  public long writtenNs() {
    return 0;
  }

  @Override
  public void pause() {
    stopped.incrementAndGet();
  }

  @Override
  public void resume() {
    stopped.decrementAndGet();
  }

  @Override
  public void hold() {}

  @Override
  public void release() {}

  @Override
  public void emptied() {
    emptied.incrementAndGet();
  }

  @Override
  public void cannotGoOn(Throwable cause) {
    throw new IllegalStateException("it should go on", cause);
  }
}
