package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.wirelace.metrics.Counters;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Headers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A channel that calls back within a write, as Netty's do when a flush makes room; and senders that
 * fail in the middle of a frame.
 */
class OutboundFaultTest {
  private static final int LARGE = 200_000;

  private final Thread loop = Thread.currentThread();
  private final AtomicInteger rooms = new AtomicInteger();
  private final AtomicInteger finished = new AtomicInteger();
  private final AtomicInteger discarded = new AtomicInteger();
  private final List<Integer> writtenByLoop = new ArrayList<>();
  private final AtomicInteger writtenBySender = new AtomicInteger();
  private final CountDownLatch senderWrites = new CountDownLatch(1);
  private final CountDownLatch senderMayEnd = new CountDownLatch(1);
  private final Outbound outbound =
      new Outbound(
          new Outbound.Owner() {
            @Override
            public boolean isOnLoop() {
              return Thread.currentThread().equals(loop);
            }

            @Override
            public void onRoom() {
              rooms.incrementAndGet();
            }

            @Override
            public void onFinished() {
              finished.incrementAndGet();
            }

            @Override
            public void onDiscarded(long messages) {
              discarded.addAndGet((int) messages);
            }

            @Override
            public void onBroken(Throwable cause) {
              throw new AssertionError(cause);
            }
          },
          new Counters(),
          1 << 20,
          1 << 16);

  private Runnable withinWrite = () -> {};

  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
              writtenByLoop.add(((ByteBuf) message).readableBytes());
              ((ByteBuf) message).release();
              Runnable now = withinWrite;
              withinWrite = () -> {};
              now.run();
            }
          },
          new ChannelInboundHandlerAdapter());

  private void attach() {
    outbound.attach(Objects.requireNonNull(channel.pipeline().lastContext()), this::writeDirectly);
  }

  private int writeDirectly(ByteBuffer bytes, int from, int to) {
    writtenBySender.incrementAndGet();
    senderWrites.countDown();
    try {
      assertThat(senderMayEnd.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return to - from;
  }

  private boolean send(int bytes, boolean alone) {
    byte[] body = new byte[bytes];
    int frame = FrameEncoder.frameBytes(null, Headers.NONE, bytes, FrameHeader.MAX_LENGTH);
    int type = FrameHeader.NOTIFICATION;
    return alone
        ? outbound.appendAndWrite(type, 0, null, Headers.NONE, body, frame)
        : outbound.append(type, 0, null, Headers.NONE, body, frame);
  }

  @AfterEach
  void end() {
    outbound.discard();
    channel.finishAndReleaseAll();
  }

  @Test
  void aMessageLeavesOnceThoughAWriteCallsTheDrain() throws Exception {
    attach();
    Thread[] sender = new Thread[1];
    withinWrite =
        () -> {
          outbound.drain(); // what the session's handler does when it hears of room
          sender[0] = Thread.ofPlatform().start(() -> assertThat(send(8, true)).isTrue());
          awaitSenderToBlockOrEnd(sender[0]);
        };
    send(LARGE, false);
    channel.runPendingTasks();
    senderMayEnd.countDown();
    sender[0].join();
    channel.runPendingTasks();
    long small = writtenByLoop.stream().filter(bytes -> bytes < LARGE).count();
    assertThat(small + writtenBySender.get()).as("writes of the small message").isEqualTo(1);
  }

  /** It writes to the socket and waits there, or leaves its message to the loop and ends. */
  private void awaitSenderToBlockOrEnd(Thread sender) {
    try {
      while (sender.isAlive() && !senderWrites.await(1, TimeUnit.MILLISECONDS)) {
        Thread.onSpinWait();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatIsSentWithinAWriteLeavesAfterIt() {
    attach();
    withinWrite =
        () -> {
          send(8, false);
          outbound.drain();
          assertThat(writtenByLoop).hasSize(1);
        };
    send(LARGE, false);
    channel.runPendingTasks();
    assertThat(writtenByLoop).hasSize(2);
    assertThat(outbound.isQuiet()).isTrue();
  }

  @Test
  void finishingWithinAWriteDeliversWhatWasAccepted() {
    attach();
    withinWrite =
        () -> {
          send(8, false);
          outbound.finish();
        };
    send(LARGE, false);
    channel.runPendingTasks();
    assertThat(writtenByLoop).hasSize(2);
    assertThat(finished).hasValue(1);
    assertThat(send(8, false)).isFalse();
  }

  @Test
  void discardingWithinAWriteCountsWhatWaits() {
    attach();
    withinWrite =
        () -> {
          send(8, false);
          outbound.discard();
        };
    send(LARGE, false);
    channel.runPendingTasks();
    assertThat(writtenByLoop).hasSize(1);
    assertThat(discarded).hasValue(1);
    assertThat(finished).hasValue(0);
    assertThat(send(8, false)).isFalse();
  }

  /** Fails once its room is claimed, as a sender does whose stack ends there. */
  @SuppressWarnings("NullAway") // that is how it fails
  private void failToSend(int bytes) {
    int frame = FrameEncoder.frameBytes(null, Headers.NONE, bytes, FrameHeader.MAX_LENGTH);
    assertThatThrownBy(
            () -> outbound.append(FrameHeader.NOTIFICATION, 0, null, Headers.NONE, null, frame))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void aSenderThatFailsHoldsUpNobody() {
    attach();
    send(10, false);
    failToSend(20);
    send(30, false);
    channel.runPendingTasks();
    assertThat(writtenByLoop).containsExactly(2 * FrameHeader.BYTES + 40);
    assertThat(outbound.isQuiet()).isTrue();
  }

  @Test
  void aLargeFrameThatFailsHoldsUpNobody() {
    attach();
    send(10, false);
    failToSend(LARGE);
    send(30, false);
    channel.runPendingTasks();
    assertThat(writtenByLoop.stream().mapToInt(bytes -> bytes).sum())
        .isEqualTo(2 * FrameHeader.BYTES + 40);
    assertThat(outbound.queuedBytes()).isZero();
    assertThat(outbound.isBackedUp()).isFalse();
    assertThat(outbound.isQuiet()).isTrue();
  }

  @Test
  void nobodyGivesUpADutyThatIsNotTheirs() {
    DrainDuty duty = new DrainDuty();
    assertThatThrownBy(duty::leave).isInstanceOf(IllegalStateException.class);
    assertThat(duty.takeForLoop()).isTrue();
    assertThatThrownBy(duty::leave).isInstanceOf(IllegalStateException.class);
    assertThat(duty.beginWork()).isTrue();
    assertThat(duty.beginWork()).as("within itself").isFalse();
    assertThat(duty.takeForSender()).isFalse();
    duty.leave();
    assertThat(duty.takeForSender()).isTrue();
    assertThat(duty.beginWork()).as("while a sender writes").isFalse();
    assertThat(duty.leaveAsSender()).as("the loop wants it").isFalse();
    assertThat(duty.beginWork()).isTrue();
  }
}
