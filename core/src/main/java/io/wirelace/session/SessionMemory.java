package io.wirelace.session;

import io.netty.channel.ChannelHandlerContext;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.metrics.Event;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one session holds: messages that wait for handlers, an incomplete frame, and what waits to
 * be sent. Books it with the process's {@link MemoryBudget}, and does what that asks for. Any
 * thread, unless a method says otherwise.
 */
final class SessionMemory implements MemoryBudget.Holder {
  private final Session session;
  private final MemoryAccount account;

  // Set once, on the event loop.
  private volatile @Nullable ChannelHandlerContext ctx;
  private @Nullable Decoders decoders;
  private @Nullable ReadGate gate;
  private @Nullable Ending ending;
  private volatile MessageSink.@Nullable Inbox inbox;

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
    ctx = to;
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
    return keptBytes
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
