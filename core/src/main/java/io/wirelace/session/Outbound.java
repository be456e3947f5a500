package io.wirelace.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.wirelace.metrics.Counters;
import io.wirelace.transport.DirectSocket;
import io.wirelace.transport.EventLoops;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.Headers;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The way out of a session. Senders of any thread encode their frames side by side into chunks
 * ({@link OutboundChain}); the event loop takes whole chunks, one write and one flush for all that
 * a chunk holds. No lock, no task a message: a sender wakes the loop only when nobody has the
 * {@link DrainDuty}.
 *
 * <p>Two ways are shorter. What the loop itself sends within a batch, or the virtual thread that it
 * carries, nobody else can be sending at that moment: it gathers in a chunk of its own, without a
 * claim, as long as nothing waits from others. That one always leaves first, so it keeps the order
 * in which any two threads that know of each other have sent. And a thread that is alone writes to
 * the socket itself, while it has the duty.
 *
 * <p>The bound counts sealed chunks; it can be passed by the open chunk and by one frame for each
 * thread that sends at that moment.
 */
final class Outbound {
  /**
   * What has gathered in a batch is written without waiting for its end when it is so much. A write
   * costs as much as handling some fifty messages: if fewer were enough, the peer would be woken
   * for less than it costs; if more were needed, it would sleep meanwhile.
   */
  private static final int ENOUGH_MESSAGES = 48;

  private static final int ENOUGH_BYTES = 16 * 1024; // 16 KiB: copying them costs as much as well

  /** An open chunk that holds this much is not left to other threads to grow. */
  private static final int SETTLED_BYTES = 8 * 1024; // 8 KiB

  /** Turns of the loop that an open chunk may go on growing. */
  private static final int MOST_LOOKS = 16;

  /**
   * Chunks, or bytes, written in one go before the loop reads, and other channels get their turn.
   */
  private static final int CHUNKS_A_TURN = 16;

  private static final int BYTES_A_TURN = 1024 * 1024; // 1 MiB

  /** What the queue tells its session, on the event loop. */
  interface Owner {
    /** Whether this thread is the event loop, or the virtual one that it carries right now. */
    boolean isOnLoop();

    /** The queue has gone below half its bound. */
    void onRoom();

    /** All that was accepted is with the transport, and {@link #finish} was called before. */
    void onFinished();

    /** Messages that were accepted and could not be sent. */
    void onDiscarded(long messages);

    /** Nothing can leave any more: the connection has to end. */
    default void onBroken(Throwable cause) {
      throw new IllegalStateException("the outbound queue cannot go on", cause);
    }

    /** As above, of any thread, where there may be no memory. */
    default void cannotGoOn(Throwable cause) {
      throw new IllegalStateException("the event loop cannot be told", cause);
    }
  }

  private final Owner owner;
  private final Counters counters;
  private final OutboundChunks chunks;
  private final OutboundChain chain;
  private final long maxBytes;
  private final long maxMessages;
  private final Runnable drainWhenSettled = this::drainWhenSettled;

  // Any thread.
  private final DrainDuty duty = new DrainDuty();
  private volatile @Nullable ChannelHandlerContext context;
  private volatile @Nullable DirectSocket socket;

  /** Whether a sender failed to tell the loop of its duty. Threads that race tell it twice. */
  private boolean untold;

  // Event loop only.
  private final OwnChunk own;
  private boolean inBatch;
  private int looks;
  private int messagesAtLastLook;

  // Whoever has the duty.
  private long writtenNs;

  // Set by the event loop, which may give up the duty then; read by whoever has it.
  private boolean finishing;
  private boolean discarding;

  Outbound(Owner owner, Counters counters, long maxBytes, long maxMessages) {
    this.owner = owner;
    this.counters = counters;
    this.maxBytes = maxBytes;
    this.maxMessages = maxMessages;
    this.chunks = new OutboundChunks(maxMessages);
    this.chain = new OutboundChain(chunks);
    this.own = new OwnChunk(chunks, owner);
  }

  // ---- senders, any thread ----

  /** Whether the bound leaves room. */
  boolean hasRoom() {
    return chain.queuedBytes() < maxBytes && chain.queuedMessages() < maxMessages;
  }

  /** Whether at least half the bound is free again. */
  boolean hasMuchRoom() {
    return chain.queuedBytes() <= maxBytes / 2 && chain.queuedMessages() <= maxMessages / 2;
  }

  /** Bytes in sealed chunks. */
  long queuedBytes() {
    return chain.queuedBytes();
  }

  /** Bytes of memory in chunks, and of what the channel has not passed on yet. Any thread. */
  long heldBytes() {
    OutboundChunk open = chain.open();
    ChannelHandlerContext ctx = context;
    ChannelOutboundBuffer pending = ctx == null ? null : ctx.channel().unsafe().outboundBuffer();
    return chain.queuedBytes()
        + (open == null ? 0 : open.capacity)
        + (pending == null ? 0 : pending.totalPendingWriteBytes());
  }

  /** Whether nothing has been taken that the transport does not have yet. */
  boolean isQuiet() {
    return !duty.isTaken() && chain.isIdle();
  }

  /** A number that changes when a chunk is full: that is when more is held. */
  int sealedChunks() {
    return chain.sealedChunks();
  }

  /** Whether chunks wait for the channel. */
  boolean isBackedUp() {
    return chain.queuedMessages() > 0;
  }

  /**
   * Appends a frame; does not look at the bound.
   *
   * @param frameBytes its whole size, from {@link FrameEncoder#frameBytes}
   * @return false if the session takes nothing any more
   */
  boolean append(
      int type, long id, byte @Nullable [] route, Headers headers, byte[] body, int frameBytes) {
    if (inBatch
        && owner.isOnLoop()
        && duty.holdOnLoop() // whoever sends meanwhile leaves it to the end of the batch
        && chain.isEmpty() // nothing of others waits
        && own.append(type, id, route, headers, body, frameBytes)) {
      return true;
    }
    boolean look = true;
    try {
      look = chain.append(type, id, route, headers, body, frameBytes);
      return look;
    } finally {
      if (look && (untold || duty.takeForLoop())) {
        boolean told = false;
        try {
          tellLoop();
          told = true;
        } finally {
          untold = !told; // a field, no call: the stack may have ended
        }
      }
    }
  }

  /**
   * Appends a frame as {@link #append}, and writes it to the socket on this thread if that can be
   * done without waiting. For a sender that is alone; many would make as many system calls.
   */
  boolean appendAndWrite(
      int type, long id, byte @Nullable [] route, Headers headers, byte[] body, int frameBytes) {
    if (socket == null || owner.isOnLoop() || !chain.isIdle()) {
      return append(type, id, route, headers, body, frameBytes);
    }
    StackRoom.require(); // the duty must not stay with a thread that has failed
    if (!duty.takeForSender()) {
      return append(type, id, route, headers, body, frameBytes);
    }
    boolean all = false;
    try {
      boolean taken = chain.append(type, id, route, headers, body, frameBytes);
      all = writeAlone();
      return taken;
    } finally {
      if (!all || finishing || discarding) {
        untold = true; // until it is told: this may be where the stack ends
        duty.handToLoop();
        tellLoop();
        untold = false;
      } else if (!duty.leaveAsSender() || (chain.hasMore() && duty.takeForLoop())) {
        untold = true;
        tellLoop();
        untold = false;
      }
    }
  }

  /**
   * Writes the one chunk that there is, on duty.
   *
   * @return whether that was all
   */
  private boolean writeAlone() {
    DirectSocket to = socket;
    OutboundChunk chunk = hasNothingPending() ? chain.nextComplete() : null;
    if (to == null || chunk == null || chunk.next != null) {
      return false;
    }
    int bytes = chunk.sealedAt;
    long startNs = System.nanoTime();
    try {
      chunk.written = to.write(chunk.bytes, chunk.base(), chunk.base() + bytes);
      writtenNs += System.nanoTime() - startNs;
    } catch (IOException | NotYetConnectedException e) {
      return false; // the loop finds that the connection is broken as well, and ends the session
    }
    if (chunk.written < bytes) {
      return false;
    }
    boolean unused = chain.remove(chunk);
    counters.sent(chunk.messages, bytes);
    if (chunk.isReusable()) {
      chunks.written(chunk);
      chunks.recycleWritten();
      chunks.emptiedOf(bytes);
    } else {
      chunk.buffer.release();
    }
    return true;
  }

  /** How long senders have been writing themselves; to one of them what it has done is known. */
  long writtenNs() {
    return writtenNs;
  }

  /** Whether the channel has passed on all that it was given. */
  private boolean hasNothingPending() {
    ChannelHandlerContext ctx = context;
    ChannelOutboundBuffer pending = ctx == null ? null : ctx.channel().unsafe().outboundBuffer();
    return pending != null && pending.totalPendingWriteBytes() == 0;
  }

  /** The loop has the duty: makes sure that it knows. If that fails, the next sender does it. */
  private void tellLoop() {
    ChannelHandlerContext ctx = context;
    if (ctx == null || (inBatch && ctx.executor().inEventLoop())) {
      return; // drained when attached, or at the end of the batch
    }
    try {
      StackRoom.require(); // the loop's queue must not be left between two steps
      ctx.executor().execute(drainWhenSettled);
    } catch (RejectedExecutionException e) {
      // The loop is going, and with it the channel. Its last tasks may still be at work here.
      ctx.executor().terminationFuture().addListener(over -> discard());
    } catch (OutOfMemoryError e) {
      owner.cannotGoOn(e); // there may be no next sender
    }
  }

  // ---- event loop ----

  void attach(ChannelHandlerContext ctx) {
    attach(ctx, DirectSocket.of(ctx.channel()));
  }

  void attach(ChannelHandlerContext ctx, @Nullable DirectSocket direct) {
    context = ctx;
    socket = direct;
    chunks.attach();
    if (duty.isTaken()) {
      drain();
    }
  }

  /** What is sent on the loop from now on waits for {@link #endBatch}. */
  void beginBatch() {
    inBatch = true;
  }

  /** Whether what has gathered in a batch is worth a write, so that the peer need not wait. */
  boolean hasMuchToSend() {
    if (!duty.isTaken()) {
      return false;
    }
    if (own.messages() > 0) {
      return isMuch(own.messages(), own.bytes());
    }
    OutboundChunk chunk = chain.open();
    return chunk != null && isMuch(chunk.claimedMessages(), chunk.claimedBytes());
  }

  private boolean isMuch(int messages, long bytes) {
    ChannelHandlerContext ctx = context;
    return (messages >= ENOUGH_MESSAGES || bytes >= ENOUGH_BYTES)
        && ctx != null
        && ctx.channel().isWritable();
  }

  /** Sends what the batch has left. */
  void endBatch() {
    inBatch = false;
    if (duty.isTaken()) {
      drain();
    }
  }

  /** Takes nothing more once all that was accepted is with the transport; then tells the owner. */
  void finish() {
    finishing = true;
    drain();
  }

  /** The channel is gone: throws away what waits, and takes nothing more. */
  void discard() {
    discarding = true;
    drain();
  }

  /** Gives memory back; for quiet times. */
  void trim() {
    if (duty.takeForLoop()) {
      chunks.trim();
      drain();
    }
  }

  /**
   * Drains, but while other threads are filling the open chunk looks again a turn of the loop
   * later: a few turns cost less than a system call for each handful of messages. A chunk that did
   * not grow since the last look, or holds one message, goes at once.
   */
  private void drainWhenSettled() {
    try {
      if (!waitsForMore()) {
        drain();
      }
    } catch (Throwable e) {
      owner.cannotGoOn(e); // nobody else is on the way
    }
  }

  private boolean waitsForMore() {
    OutboundChunk chunk = chain.oldest();
    ChannelHandlerContext ctx = context;
    if (ctx != null && chunk != null && chunk.sealedAt == OutboundChunk.UNSEALED) {
      int messages = chunk.claimedMessages();
      if (messages > Math.max(1, messagesAtLastLook)
          && looks < MOST_LOOKS
          && chunk.claimedBytes() < SETTLED_BYTES) {
        looks++;
        messagesAtLastLook = messages;
        ctx.executor().execute(drainWhenSettled);
        return true;
      }
    }
    return false;
  }

  /**
   * Writes what can be written. Keeps the duty while the channel is full: it comes back by itself.
   * Within a drain this does nothing: a write that calls back finds the duty at work.
   */
  void drain() {
    ChannelHandlerContext ctx = context;
    if (ctx == null || !duty.beginWork()) {
      return;
    }
    boolean over = false;
    Throwable failure = null;
    try {
      over = drainOnDuty(ctx);
    } catch (Throwable e) {
      failure = e;
    }
    if (!over && duty.isAtWork()) {
      duty.keep();
    }
    if (failure != null) {
      owner.onBroken(failure); // without the duty: it ends the channel, and that discards
    }
  }

  /**
   * Writes what can be written, on duty.
   *
   * @return whether the duty has been given up; if not, the loop comes back for the rest
   */
  private boolean drainOnDuty(ChannelHandlerContext ctx) {
    looks = 0;
    messagesAtLastLook = 0;
    int taken = 0;
    long bytes = 0;
    long drained = 0;
    while (discarding || ctx.channel().isWritable()) {
      OutboundChunk mine = own.take();
      if (mine != null) {
        drained += own.bytes();
        send(ctx, mine, own.bytes());
        continue;
      }
      OutboundChunk chunk = chain.nextComplete();
      if (chunk == null) {
        if (!discarding) {
          if (chain.isBroken()) {
            throw new IllegalStateException("a sender failed in the middle of a frame");
          }
          chunks.recycleWritten();
          chunks.emptiedOf(drained);
          drained = 0;
        }
        if (rest()) {
          return true;
        }
        continue;
      }
      boolean counted = chain.remove(chunk);
      drained += chunk.sealedAt;
      bytes += chunk.sealedAt;
      send(ctx, chunk, chunk.sealedAt);
      if (counted && !discarding && hasMuchRoom()) {
        owner.onRoom();
      }
      if (!discarding && (++taken == CHUNKS_A_TURN || bytes >= BYTES_A_TURN)) {
        EventLoops.nextTurn(ctx.executor(), drainWhenSettled);
        return false;
      }
    }
    return false;
  }

  /**
   * Nothing to do: gives up the duty, unless something came meanwhile.
   *
   * @return whether it did
   */
  private boolean rest() {
    if (discarding) {
      chunks.releaseWritten();
      if (chain.isBroken()) {
        owner.onDiscarded(chain.abandon());
      }
    }
    if ((finishing || discarding) && chain.close()) {
      boolean finished = finishing && !discarding;
      finishing = false;
      chunks.recycleWritten();
      duty.leave();
      if (finished) {
        owner.onFinished();
      }
      return true;
    }
    duty.leave();
    return !(chain.hasMore() && duty.takeForLoop() && duty.beginWork());
  }

  /** Gives a chunk to the channel, or throws it away. */
  private void send(ChannelHandlerContext ctx, OutboundChunk chunk, int bytes) {
    ByteBuf buffer = chunk.buffer;
    if (discarding) {
      buffer.release();
      owner.onDiscarded(chunk.messages);
      return;
    }
    counters.sent(chunk.messages, bytes);
    // One reference goes with the write, one stays, so that the chunk can be used again.
    boolean keep = chunk.isReusable();
    buffer.setIndex(chunk.written, bytes);
    if (keep) {
      buffer.retain();
      chunks.written(chunk);
    }
    ctx.writeAndFlush(buffer, ctx.voidPromise());
    chunks.recycleWritten();
  }
}
