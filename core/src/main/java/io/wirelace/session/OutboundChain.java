package io.wirelace.session;

import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.Headers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of one queue, one behind the other. Senders of any thread encode their frames side by
 * side into the one at the tail ({@link OutboundChunk}); one thread at a time, which has the {@link
 * DrainDuty}, takes whole chunks from the head.
 *
 * <pre>
 *   senders → [tail chunk]  →  [sealed] [sealed] [head] → who has the duty
 * </pre>
 *
 * <p>The tail is a chunk or one of three sentinels: IDLE (nothing waits), BUSY (somebody is putting
 * a chunk there), CLOSED (nothing is taken any more). What is counted as queued are the chunks that
 * senders have sealed.
 */
@SuppressWarnings("ThreadPriorityCheck") // yields only while another thread is between two steps
final class OutboundChain {
  private static final OutboundChunk IDLE = OutboundChunk.sentinel();
  private static final OutboundChunk BUSY = OutboundChunk.sentinel();
  private static final OutboundChunk CLOSED = OutboundChunk.sentinel();

  private static final int SPINS_BEFORE_YIELD = 64;
  private static final int SPINS_BEFORE_PARK = 128;
  private static final long PARK_NS = 20_000; // 20 µs

  private static final VarHandle TAIL;

  static {
    try {
      TAIL = MethodHandles.lookup().findVarHandle(OutboundChain.class, "tail", OutboundChunk.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final OutboundChunks chunks;

  // Any thread.
  private volatile OutboundChunk tail = IDLE;
  private volatile @Nullable OutboundChunk first;
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AtomicLong queuedMessages = new AtomicLong();

  /** Whether a sender has failed in a way that cannot be mended: nothing more gets through. */
  private volatile boolean broken;

  /** How many chunks senders have sealed; by one of them at a time, and read as a hint. */
  private int sealed;

  // Whoever has the duty.
  private @Nullable OutboundChunk head;

  /** Without a chunk; takes them from there. */
  OutboundChain(OutboundChunks chunks) {
    this.chunks = chunks;
  }

  // ---- senders, any thread ----

  /** Bytes in chunks that senders have sealed. */
  long queuedBytes() {
    return queuedBytes.get();
  }

  /** Messages in chunks that senders have sealed. */
  long queuedMessages() {
    return queuedMessages.get();
  }

  /** A number that changes with each chunk that a sender seals: then more is queued. */
  int sealedChunks() {
    return sealed;
  }

  /** Whether nothing is in it, or what is in it is being taken away. */
  boolean isIdle() {
    return tail == IDLE;
  }

  /** The chunk that the next frame goes to, if there is one. */
  @Nullable OutboundChunk open() {
    OutboundChunk chunk = tail;
    return chunk.isSealed() ? null : chunk;
  }

  /**
   * Appends a frame. Whether this returns or throws, somebody has to look at the head after it.
   *
   * <p>A sender may fail half-way: its stack ends, or there is no memory. Then it has only fields
   * to say so, since any call may fail again: what it claimed is marked as torn, and is cut out
   * before the chunk leaves.
   *
   * @return false if nothing is taken any more
   */
  boolean append(
      int type, long id, byte @Nullable [] route, Headers headers, byte[] body, int frameBytes) {
    OutboundChunk into;
    long position = 0;
    int spins = 0;
    while (true) {
      OutboundChunk chunk = tail;
      if (chunk == IDLE) {
        if (!TAIL.compareAndSet(this, IDLE, BUSY)) {
          continue;
        }
        try {
          into = openFirst(frameBytes);
        } catch (Throwable e) {
          if (tail == BUSY) {
            tail = IDLE;
          } else {
            broken = true;
          }
          throw e;
        }
        break;
      }
      if (chunk == CLOSED) {
        return false;
      }
      if (chunk.isSealed()) {
        if (broken) {
          return false;
        }
        // Whoever sealed it is putting the next one in place.
        backOff(++spins);
        continue;
      }
      if (chunk.tornBytes != 0) {
        StackRoom.require(); // only one frame in a chunk can be cut out
      }
      boolean large = frameBytes > OutboundChunks.LARGE_FRAME_BYTES;
      long before = large ? chunk.claimSeal() : chunk.claim(frameBytes);
      if (!large && chunk.fits(before, frameBytes)) {
        into = chunk;
        position = before & OutboundChunk.BYTES_MASK;
        break;
      }
      if (chunk.seals(before)) {
        boolean mended = true;
        try {
          into = openNext(chunk, before, frameBytes);
        } catch (Throwable e) {
          mended = false;
          if (tail == chunk) {
            chunk.reopen(before);
            mended = true;
          }
          throw e;
        } finally {
          if (!mended) {
            broken = true;
          }
        }
        break;
      }
    }
    try {
      encode(into, (int) position, type, id, route, headers, body, frameBytes);
    } catch (Throwable e) {
      if (into.tornBytes != 0) {
        broken = true; // only one in a chunk can be cut out
      }
      into.tornAt = (int) position;
      into.tornBytes = frameBytes;
      throw e;
    }
    return true;
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

  private static void encode(
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
  }

  /** The tail is BUSY and ours: puts the first chunk of a new chain there. Or fails before that. */
  private OutboundChunk openFirst(int frameBytes) {
    OutboundChunk chunk = chunks.take(frameBytes);
    // In this order: a thread that held the chunk in an earlier life may seal it once it is open,
    // and once it is found at the head, the tail is the finder's to change.
    tail = chunk;
    chunk.open(frameBytes);
    first = chunk;
    return chunk;
  }

  /** We sealed the tail: puts a fresh chunk behind it. Or fails before that. */
  private OutboundChunk openNext(OutboundChunk full, long before, int frameBytes) {
    OutboundChunk fresh = chunks.take(frameBytes);
    int end = (int) OutboundChunk.position(before);
    full.messages = (int) OutboundChunk.messages(before);
    queuedBytes.addAndGet(end);
    queuedMessages.addAndGet(full.messages);
    chunks.longer();
    sealed = sealed + 1;
    full.next = fresh;
    // In this order, as in openFirst: the head gets past the seal only when all is in place.
    tail = fresh;
    fresh.open(frameBytes);
    full.sealedAt = end;
    return fresh;
  }

  // ---- who has the duty ----

  /** Whether there is nothing in it at all. */
  boolean isEmpty() {
    return tail == IDLE && oldest() == null;
  }

  /** The chunk at the head, complete or not; null if there is none. */
  @Nullable OutboundChunk oldest() {
    OutboundChunk chunk = head;
    return chunk == null ? first : chunk;
  }

  /**
   * The chunk at the head, sealed and complete; null if there is none yet. Who has written in it
   * sees to it that somebody looks again.
   */
  @Nullable OutboundChunk nextComplete() {
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
        return null; // a sender is sealing it now
      }
      int end = (int) OutboundChunk.position(before);
      chunk.messages = (int) OutboundChunk.messages(before);
      chunk.sealedAt = end;
      tail = IDLE;
    }
    if (!chunk.isComplete()) {
      return null;
    }
    if (chunk.tornBytes != 0) {
      cutTorn(chunk);
    }
    return chunk;
  }

  private void cutTorn(OutboundChunk chunk) {
    if (chunk.next != null) { // it is counted, with what is cut out now
      queuedBytes.addAndGet(-chunk.tornBytes);
      queuedMessages.decrementAndGet();
    }
    chunk.cutTorn();
  }

  /** Whether what is at the head can never leave. */
  boolean isBroken() {
    return broken;
  }

  /**
   * Takes nothing any more, and forgets what is in a broken chain. The memory is not freed: another
   * sender may be writing in it.
   *
   * @return how many messages that were
   */
  long abandon() {
    tail = CLOSED;
    long lost = 0;
    for (OutboundChunk chunk = oldest(); chunk != null; chunk = chunk.next) {
      lost += chunk.sealedAt == OutboundChunk.UNSEALED ? chunk.claimedMessages() : chunk.messages;
    }
    head = null;
    first = null;
    queuedBytes.set(0);
    queuedMessages.set(0);
    return lost;
  }

  /**
   * Takes the chunk of {@link #nextComplete} out.
   *
   * @return whether it was counted as queued, and no longer is
   */
  boolean remove(OutboundChunk chunk) {
    head = chunk.next;
    if (head == null) {
      return false;
    }
    queuedBytes.addAndGet(-chunk.sealedAt);
    queuedMessages.addAndGet(-chunk.messages);
    return true;
  }

  /** Takes nothing any more; false if something is in it. */
  boolean close() {
    return oldest() == null && TAIL.compareAndSet(this, IDLE, CLOSED);
  }

  /** Whether something is at the head that nobody may be on the way for. Who has had the duty. */
  boolean hasMore() {
    OutboundChunk chunk = oldest();
    return chunk != null
        && (chunk.sealedAt == OutboundChunk.UNSEALED ? !chunk.isSealed() : chunk.isComplete());
  }
}
