package io.wirelace.session;

import io.netty.channel.ChannelHandlerContext;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.metrics.Event;
import io.wirelace.transport.HoldsMemory;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one session holds: messages that wait for handlers, an incomplete frame, what is being
 * inflated, what waits to be sent, and what the handlers under it keep ({@link HoldsMemory}). Books
 * it with the process's {@link MemoryBudget}, and does what that asks for. Any thread, unless a
 * method says otherwise.
 */
final class SessionMemory implements MemoryBudget.Holder {
  private static final HoldsMemory[] NONE_BELOW = {};

  private final Session session;
  private final MemoryAccount account;

  // Set once, on the event loop.
  private volatile @Nullable ChannelHandlerContext ctx;
  private @Nullable Decoders decoders;
  private @Nullable ReadGate gate;
  private @Nullable Ending ending;
  private volatile MessageSink.@Nullable Inbox inbox;

  /** The handlers under the session that keep bytes of their own. */
  private HoldsMemory[] below = NONE_BELOW;

  /** What answers inflate to while they do. */
  private final AtomicLong inflatingBytes = new AtomicLong();

  /** Bytes of the frames that are not complete; written by the event loop. */
  private volatile long keptBytes;

  SessionMemory(Session session, MemoryBudget budget, long limit) {
    this.session = session;
    this.account = budget.account(this, limit);
  }

  /** From now on it can act. Event loop only. */
  void attach(ChannelHandlerContext to, Decoders reading, ReadGate readGate, Ending end) {
    decoders = reading;
    gate = readGate;
    ending = end;
    for (var handler : to.pipeline()) {
      if (handler.getValue() instanceof HoldsMemory holds) {
        below = Arrays.copyOf(below, below.length + 1);
        below[below.length - 1] = holds;
      }
    }
    ctx = to; // last: who sees it sees the others
  }

  /** Where messages wait. */
  void inbox(MessageSink.Inbox box) {
    inbox = box;
  }

  /** Whether this session has to do with the room that it has. */
  boolean isShort() {
    return account.isShort();
  }

  /** Whether there is no memory for so much more. */
  boolean refuses(long bytes) {
    return account.refuses(bytes);
  }

  /** An answer begins to be inflated to so many bytes, or has been if they are fewer than none. */
  void inflating(long bytes) {
    inflatingBytes.addAndGet(bytes);
    account.check();
  }

  /** What is held may have changed by much. */
  void check() {
    account.check();
  }

  /** Waits for memory still: has the budget look, should it have had no memory to do so itself. */
  void askAgain() {
    account.askAgain();
  }

  /** A read is over. Event loop only. */
  void readOver() {
    long kept =
        Objects.requireNonNull(decoders).keptBytes() + Objects.requireNonNull(gate).held().bytes();
    if (kept != keptBytes) {
      keptBytes = kept;
    }
    account.check();
  }

  /** The session has ended, and its decoders hold nothing any more. Event loop only. */
  void ended() {
    keptBytes = 0;
    account.ended();
  }

  @Override
  public long heldBytes() {
    MessageSink.Inbox box = inbox;
    long sum = keptBytes + inflatingBytes.get();
    if (ctx != null) {
      for (HoldsMemory one : below) {
        sum += one.heldBytes();
      }
    }
    return sum
        + session.outbound().heldBytes()
        + session.sending().lateBytes()
        + (box == null ? 0 : box.waitingBytes());
  }

  @Override
  public void pauseForMemory() {
    onLoop(() -> Objects.requireNonNull(gate).pause(ReadGate.MEMORY));
  }

  @Override
  public void resumeAfterMemory() {
    onLoop(() -> Objects.requireNonNull(gate).unpauseLater(ReadGate.MEMORY));
  }

  @Override
  public void endForMemory(long held, long total) {
    onLoop(() -> {
      if (session.state() == SessionState.CLOSED) {
        return;
      }
      session.context().listener().onEvent(new Event.Evicted(session.id(), held, total));
      end(
          CloseReason.policy(
              ErrorCode.QUEUE_FULL,
              "all sessions hold "
                  + total
                  + " bytes (memory-budget), and this one the most, "
                  + held));
    });
  }

  /** Ends the session; what waits is thrown away, since that is what it is for. Event loop only. */
  void end(CloseReason why) {
    Objects.requireNonNull(ending).because(why);
    Objects.requireNonNull(ctx).close();
  }

  private void onLoop(Runnable task) {
    if (ctx != null) {
      session.loop().post(task);
    }
  }
}
