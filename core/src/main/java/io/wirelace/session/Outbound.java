package io.wirelace.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.wirelace.metrics.Counters;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.Headers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The way out of a session. Senders of any thread encode their frames side by side into the chunk
 * at the tail ({@link OutboundChunk}); the event loop takes whole chunks from the head, one write
 * and one flush for all that a chunk holds. No lock, no task a message: a sender wakes the loop
 * only when it is not awake for this session already.
 *
 * <pre>
 *   senders → [tail chunk]  →  [sealed] [sealed] [head]  → event loop → channel
 * </pre>
 *
 * <p>What the loop itself sends within a batch, or the virtual thread that it carries, nobody else
 * can be sending at that moment: it gathers in a chunk of its own, without a claim, as long as
 * nothing waits from others. That one always leaves first, so it keeps the order in which any two
 * threads that know of each other have sent.
 *
 * <p>The tail is a chunk or one of three sentinels: IDLE (nothing waits), BUSY (somebody is putting
 * a chunk there), CLOSED (nothing is taken any more). The bound counts sealed chunks; it can be
 * passed by the open chunk and by one frame for each thread that sends at that moment.
 */
@SuppressWarnings("ThreadPriorityCheck") // yields only while another thread is between two steps
final class Outbound {
  private static final OutboundChunk IDLE = OutboundChunk.sentinel();
  private static final OutboundChunk BUSY = OutboundChunk.sentinel();
  private static final OutboundChunk CLOSED = OutboundChunk.sentinel();

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

  private static final int SPINS_BEFORE_YIELD = 64;
  private static final int SPINS_BEFORE_PARK = 128;
  private static final long PARK_NS = 20_000; // 20 µs

  /** Chunks written in one go before other channels of the loop get their turn. */
  private static final int CHUNKS_A_TURN = 16;

  private static final VarHandle TAIL;
  private static final VarHandle AWAKE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      TAIL = lookup.findVarHandle(Outbound.class, "tail", OutboundChunk.class);
      AWAKE = lookup.findVarHandle(Outbound.class, "awake", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

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
  }

  private final Owner owner;
  private final Counters counters;
  private final OutboundChunks chunks;
  private final long maxBytes;
  private final long maxMessages;
  private final Runnable drainWhenSettled = this::drainWhenSettled;

  // Any thread.
  private volatile OutboundChunk tail = IDLE;
  private volatile @Nullable OutboundChunk first;
  private volatile boolean awake;
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AtomicLong queuedMessages = new AtomicLong();

  // Event loop only.
  private final OwnChunk own;
  private @Nullable OutboundChunk head;
  private @Nullable ChannelHandlerContext context;
  private boolean inBatch;
  private int looks;
  private int messagesAtLastLook;
  private boolean finishing;
  private boolean discarding;

  Outbound(Owner owner, Counters counters, long maxBytes, long maxMessages) {
    this.owner = owner;
    this.counters = counters;
    this.maxBytes = maxBytes;
    this.maxMessages = maxMessages;
    this.chunks = new OutboundChunks(maxMessages);
    this.own = new OwnChunk(chunks, owner);
  }

  // ---- senders, any thread ----

  /** Whether the bound leaves room. */
  boolean hasRoom() {
    return queuedBytes.get() < maxBytes && queuedMessages.get() < maxMessages;
  }

  /** Whether at least half the bound is free again. */
  boolean hasMuchRoom() {
    return queuedBytes.get() <= maxBytes / 2 && queuedMessages.get() <= maxMessages / 2;
  }

  /** Bytes in sealed chunks. */
  long queuedBytes() {
    return queuedBytes.get();
  }

  /** Whether nothing has been taken that the transport does not have yet. */
  boolean isQuiet() {
    return !awake && tail == IDLE;
  }

  /** Whether chunks wait for the channel. */
  boolean isBackedUp() {
    return queuedMessages.get() > 0;
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
        && (tail == IDLE && head == null && first == null) // nothing of others waits
        && own.append(type, id, route, headers, body, frameBytes)) {
      if (!awake) {
        AWAKE.setRelease(this, true); // whoever sends meanwhile leaves it to the end of the batch
      }
      return true;
    }
    int spins = 0;
    while (true) {
      OutboundChunk chunk = tail;
      if (chunk == IDLE) {
        if (!TAIL.compareAndSet(this, IDLE, BUSY)) {
          continue;
        }
        chunk = openFirst(frameBytes);
        encode(chunk, 0, type, id, route, headers, body, frameBytes);
        return true;
      }
      if (chunk == CLOSED) {
        return false;
      }
      if (chunk.isSealed()) {
        // Whoever sealed it is putting the next one in place.
        backOff(++spins);
        continue;
      }
      boolean large = frameBytes > OutboundChunks.LARGE_FRAME_BYTES;
      long before = large ? chunk.claimSeal() : chunk.claim(frameBytes);
      if (!large && chunk.fits(before, frameBytes)) {
        int at = (int) OutboundChunk.position(before);
        encode(chunk, at, type, id, route, headers, body, frameBytes);
        return true;
      }
      if (chunk.seals(before)) {
        OutboundChunk fresh = openNext(chunk, before, frameBytes);
        encode(fresh, 0, type, id, route, headers, body, frameBytes);
        return true;
      }
    }
  }

  /**
   * Lets another thread finish. It may be a virtual one that waits for the allocator's lock and
   * then for a carrier: those that only yield would keep all carriers from it for ever.
   */
  private static void backOff(int spins) {
    if (spins < SPINS_BEFORE_YIELD) {
      Thread.onSpinWait();
    } else if (spins < SPINS_BEFORE_PARK) {
      Thread.yield();
    } else {
      boolean interrupted = Thread.interrupted(); // who is interrupted does not park
      LockSupport.parkNanos(PARK_NS);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void encode(
      OutboundChunk chunk,
      int position,
      int type,
      long id,
      byte @Nullable [] route,
      Headers headers,
      byte[] body,
      int frameBytes) {
    int at = chunk.base() + position;
    FrameEncoder.header(chunk.bytes, at, type, id, frameBytes);
    FrameEncoder.payload(chunk.bytes, at, route, headers, body);
    chunk.commit(frameBytes);
    wake();
  }

  /** The tail is BUSY and ours: puts the first chunk of a new chain there. */
  private OutboundChunk openFirst(int frameBytes) {
    OutboundChunk chunk;
    try {
      chunk = chunks.take(frameBytes);
    } catch (Throwable e) {
      tail = IDLE;
      wake(); // the loop may wait for the chunk that did not come
      throw e;
    }
    // In this order: a thread that held the chunk in an earlier life may seal it once it is open,
    // and once the loop has found it, the tail is the loop's to change.
    tail = chunk;
    chunk.open(frameBytes);
    first = chunk;
    return chunk;
  }

  /** We sealed the tail: puts a fresh chunk behind it. */
  private OutboundChunk openNext(OutboundChunk sealed, long before, int frameBytes) {
    int end = (int) OutboundChunk.position(before);
    sealed.messages = (int) OutboundChunk.messages(before);
    OutboundChunk fresh;
    try {
      fresh = chunks.take(frameBytes);
    } catch (Throwable e) {
      sealed.reopen(before);
      wake(); // the loop may have left it to us
      throw e;
    }
    queuedBytes.addAndGet(end);
    queuedMessages.addAndGet(sealed.messages);
    chunks.longer();
    sealed.next = fresh;
    // In this order, as in openFirst: the loop gets past the seal only when all is in place.
    tail = fresh;
    fresh.open(frameBytes);
    sealed.sealedAt = end;
    return fresh;
  }

  /** Makes sure that the loop looks at this queue after now. */
  private void wake() {
    if (awake || !AWAKE.compareAndSet(this, false, true)) {
      return;
    }
    ChannelHandlerContext ctx = context;
    if (ctx == null || (inBatch && ctx.executor().inEventLoop())) {
      return; // drained when attached, or at the end of the batch
    }
    try {
      ctx.executor().execute(drainWhenSettled);
    } catch (java.util.concurrent.RejectedExecutionException e) {
      // The loop is going, and with it the channel. Its last tasks may still be at work here.
      ctx.executor().terminationFuture().addListener(over -> discard());
    }
  }

  // ---- event loop ----

  void attach(ChannelHandlerContext ctx) {
    context = ctx;
    chunks.attach();
    if (awake) {
      drain();
    }
  }

  /** What is sent on the loop from now on waits for {@link #endBatch}. */
  void beginBatch() {
    inBatch = true;
  }

  /** Whether what has gathered in a batch is worth a write, so that the peer need not wait. */
  boolean hasMuchToSend() {
    if (!awake) {
      return false;
    }
    if (own.messages() > 0) {
      return isMuch(own.messages(), own.bytes());
    }
    OutboundChunk chunk = tail;
    return !chunk.isSealed() && isMuch(chunk.claimedMessages(), chunk.claimedBytes());
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
    if (awake) {
      drain();
    }
  }

  /** Takes nothing more once all that was accepted is with the transport; then tells the owner. */
  void finish() {
    finishing = true;
    AWAKE.setVolatile(this, true);
    drain();
  }

  /** Throws away what waits, and takes nothing more. */
  void discard() {
    discarding = true;
    AWAKE.setVolatile(this, true);
    drain();
  }

  /** Gives memory back; for quiet times. */
  void trim() {
    chunks.trim();
  }

  /**
   * Drains, but while other threads are filling the open chunk looks again a turn of the loop
   * later: a few turns cost less than a system call for each handful of messages. A chunk that did
   * not grow since the last look, or holds one message, goes at once.
   */
  private void drainWhenSettled() {
    OutboundChunk chunk = head == null ? first : head;
    ChannelHandlerContext ctx = context;
    if (ctx != null && chunk != null && chunk.sealedAt == OutboundChunk.UNSEALED) {
      int messages = chunk.claimedMessages();
      if (messages > Math.max(1, messagesAtLastLook)
          && looks < MOST_LOOKS
          && chunk.claimedBytes() < SETTLED_BYTES) {
        looks++;
        messagesAtLastLook = messages;
        ctx.executor().execute(drainWhenSettled);
        return;
      }
    }
    drain();
  }

  /** Writes what can be written. Stays awake while the channel is full: it comes back by itself. */
  void drain() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return;
    }
    looks = 0;
    messagesAtLastLook = 0;
    int taken = 0;
    long drained = 0;
    while (discarding || ctx.channel().isWritable()) {
      OutboundChunk mine = own.take();
      if (mine != null) {
        drained += own.bytes();
        send(ctx, mine, own.bytes());
        continue;
      }
      OutboundChunk chunk = nextComplete();
      if (chunk == null) {
        if (!discarding) {
          chunks.recycleWritten();
          chunks.emptiedOf(drained);
          drained = 0;
        }
        if (rest()) {
          return;
        }
        continue;
      }
      boolean counted = chunk.next != null;
      head = chunk.next;
      int bytes = chunk.sealedAt;
      if (counted) {
        queuedBytes.addAndGet(-bytes);
        queuedMessages.addAndGet(-chunk.messages);
      }
      drained += bytes;
      send(ctx, chunk, bytes);
      if (counted && !discarding && hasMuchRoom()) {
        owner.onRoom();
      }
      if (++taken == CHUNKS_A_TURN) {
        ctx.executor().execute(drainWhenSettled);
        return;
      }
    }
  }

  /** The chunk at the head, sealed and complete; null if there is none yet. */
  private @Nullable OutboundChunk nextComplete() {
    OutboundChunk chunk = head;
    if (chunk == null) {
      chunk = first;
      if (chunk == null) {
        return null;
      }
      first = null;
      head = chunk;
    }
    if (chunk.sealedAt == OutboundChunk.UNSEALED) {
      long before = chunk.claimSeal();
      if (!chunk.seals(before)) {
        return null; // a sender is sealing it now, and will wake us
      }
      int end = (int) OutboundChunk.position(before);
      chunk.messages = (int) OutboundChunk.messages(before);
      chunk.sealedAt = end;
      tail = IDLE;
    }
    return chunk.isComplete() ? chunk : null; // the last to commit will wake us
  }

  /**
   * Nothing to do: goes to sleep, unless something came meanwhile.
   *
   * @return whether it sleeps
   */
  private boolean rest() {
    if ((finishing || discarding)
        && head == null
        && first == null
        && TAIL.compareAndSet(this, IDLE, CLOSED)) {
      boolean finished = finishing && !discarding;
      finishing = false;
      AWAKE.setVolatile(this, false);
      chunks.recycleWritten();
      if (finished) {
        owner.onFinished();
      }
      return true;
    }
    AWAKE.setVolatile(this, false);
    OutboundChunk chunk = head == null ? first : head;
    boolean more =
        chunk != null
            && (chunk.sealedAt == OutboundChunk.UNSEALED ? !chunk.isSealed() : chunk.isComplete());
    return !(more && AWAKE.compareAndSet(this, false, true));
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
    buffer.setIndex(0, bytes);
    if (keep) {
      buffer.retain();
      chunks.written(chunk);
    }
    ctx.writeAndFlush(buffer, ctx.voidPromise());
    chunks.recycleWritten();
  }

  /** Frees what the transport still held when the channel ended. */
  void releaseWritten() {
    chunks.releaseWritten();
  }
}
