package io.wirelace.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A buffer into which many threads write frames at once. A thread claims room with one
 * fetch-and-add on {@code claim}, writes, and commits with another. The one thread whose claim
 * first goes over the capacity (or the bound of messages) seals the chunk at the position it found;
 * the event loop seals it likewise by claiming more than fits. All claims after that one fail.
 *
 * <pre>
 *   claim = messages &lt;&lt; 40 | bytes        sealed when either is over its bound
 * </pre>
 *
 * <p>A chunk at rest is sealed and has no memory. A thread that still holds it from an earlier life
 * claims nothing in it; or, once {@link #open} has made its last act of preparation, claims room in
 * a later life, which is the same queue's. So a chunk never leaves its queue, and keeps its
 * capacity.
 */
final class OutboundChunk {
  static final int UNSEALED = -1;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private static final int MESSAGE_SHIFT = 40;

  /** What is in a claim that is bytes: where the frame goes. */
  static final long BYTES_MASK = (1L << MESSAGE_SHIFT) - 1;

  private static final VarHandle CLAIM;
  private static final VarHandle COMMITTED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      CLAIM = lookup.findVarHandle(OutboundChunk.class, "claim", long.class);
      COMMITTED = lookup.findVarHandle(OutboundChunk.class, "committed", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final int capacity;
  private final long maxMessages;

  /** Whether only the event loop uses it, which needs no claims. */
  final boolean isOfLoop;

  // Set before a life begins, read in it.
  ByteBuf buffer = Unpooled.EMPTY_BUFFER;
  ByteBuffer bytes = NOTHING;
  private int base;

  private volatile long claim;
  private volatile int committed;

  /** Where it was sealed, or {@link #UNSEALED}; {@link #next} is set before it. */
  volatile int sealedAt;

  /** At rest: the one under it, and how many there are with it. */
  @Nullable OutboundChunk below;

  int depth;

  /** How many messages it holds; set before {@link #sealedAt}. */
  int messages;

  /** How many of its bytes a sender has written itself. */
  int written;

  /** Where the frame of a sender that failed begins; set before {@link #tornBytes}. */
  int tornAt;

  /** How long that frame is; 0 if no sender has failed. */
  volatile int tornBytes;

  /** The chunk that follows, if the sealer was a sender. */
  volatile @Nullable OutboundChunk next;

  OutboundChunk(int capacity, long maxMessages) {
    this(capacity, maxMessages, false);
  }

  private OutboundChunk(int capacity, long maxMessages, boolean isOfLoop) {
    this.isOfLoop = isOfLoop;
    this.capacity = capacity;
    this.maxMessages = maxMessages;
    this.claim = 1L << (MESSAGE_SHIFT - 1); // sealed
    this.sealedAt = 0;
  }

  /** A chunk that is sealed for ever, to stand for a state. */
  static OutboundChunk sentinel() {
    return new OutboundChunk(0, 0);
  }

  /** A chunk that only the event loop uses: nobody can claim anything in it. */
  static OutboundChunk ofLoop(int capacity) {
    return new OutboundChunk(capacity, Long.MAX_VALUE, true);
  }

  /** Gives a chunk at rest the memory of its next life. */
  OutboundChunk with(ByteBuf memory) {
    buffer = memory;
    bytes = memory.internalNioBuffer(0, capacity);
    base = bytes.position();
    return this;
  }

  /** Takes its memory from it, which nobody uses any more. */
  ByteBuf without() {
    ByteBuf memory = buffer;
    buffer = Unpooled.EMPTY_BUFFER;
    bytes = NOTHING;
    return memory;
  }

  /** Opens a chunk with memory, the first claim already made, at position 0. */
  void open(int firstBytes) {
    next = null;
    messages = 0;
    written = 0;
    sealedAt = UNSEALED;
    tornBytes = 0;
    committed = 0;
    CLAIM.setVolatile(this, (1L << MESSAGE_SHIFT) | firstBytes);
  }

  /** Takes a seal back, by the thread whose claim was it; no claim has succeeded since. */
  void reopen(long before) {
    messages = 0;
    CLAIM.setVolatile(this, before);
  }

  /** Whether it holds many messages, and is worth keeping; one made to measure is not. */
  boolean isReusable() {
    return maxMessages > 1;
  }

  /** Whether a claim can only fail. */
  boolean isSealed() {
    return over(claim);
  }

  /** How many messages have claimed room so far. */
  int claimedMessages() {
    return (int) messages(claim);
  }

  /** How many bytes have been claimed so far. */
  long claimedBytes() {
    return position(claim);
  }

  /** Claims room for one message; what comes back is for {@link #fits} and its kin. */
  long claim(int frameBytes) {
    return (long) CLAIM.getAndAdd(this, (1L << MESSAGE_SHIFT) | frameBytes);
  }

  /** Claims more than fits. */
  long claimSeal() {
    return (long) CLAIM.getAndAdd(this, capacity + 1L);
  }

  /** Whether a claim that found {@code before} got its room. */
  boolean fits(long before, int frameBytes) {
    return position(before) + frameBytes <= capacity && messages(before) < maxMessages;
  }

  /** Whether a failed claim that found {@code before} was the first to fail, and so seals. */
  boolean seals(long before) {
    return !over(before);
  }

  private boolean over(long value) {
    return position(value) > capacity || messages(value) > maxMessages;
  }

  static long position(long claimed) {
    return claimed & BYTES_MASK;
  }

  static long messages(long claimed) {
    return claimed >>> MESSAGE_SHIFT;
  }

  /** Where position 0 is in {@link #bytes}. */
  int base() {
    return base;
  }

  /** The frame of that many bytes is written. */
  void commit(int frameBytes) {
    COMMITTED.getAndAdd(this, frameBytes);
  }

  /** Whether every claim that got room is committed or torn. Only after sealing. */
  boolean isComplete() {
    return committed + tornBytes == sealedAt;
  }

  /** Takes the torn frame out of a complete chunk. By the one who has the duty. */
  void cutTorn() {
    int cut = tornBytes;
    ByteBuffer rest = bytes.duplicate().limit(base + sealedAt).position(base + tornAt + cut);
    bytes.duplicate().position(base + tornAt).put(rest.slice());
    tornBytes = 0;
    int end = sealedAt - cut;
    committed = end;
    sealedAt = end;
    messages--;
  }
}
