package io.wirelace.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * What passed through one session. Frames and bytes are counted by the session's event loop, or by
 * who sends in its place, once a batch, without a locked instruction; drops are counted by any
 * thread. Reading is allowed from any thread and may lag by one batch.
 */
@SuppressWarnings("EnumOrdinal") // an array slot for each kind of drop, never stored
public final class Counters {
  private static final VarHandle FRAMES_IN;
  private static final VarHandle BYTES_IN;
  private static final VarHandle FRAMES_OUT;
  private static final VarHandle BYTES_OUT;
  private static final VarHandle DROPS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      FRAMES_IN = lookup.findVarHandle(Counters.class, "framesIn", long.class);
      BYTES_IN = lookup.findVarHandle(Counters.class, "bytesIn", long.class);
      FRAMES_OUT = lookup.findVarHandle(Counters.class, "framesOut", long.class);
      BYTES_OUT = lookup.findVarHandle(Counters.class, "bytesOut", long.class);
      DROPS = lookup.findVarHandle(Counters.class, "drops", AtomicLongArray.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // Written by the event loop only.
  private long framesIn;
  private long bytesIn;
  private long framesOut;
  private long bytesOut;

  // Made at the first drop, which most sessions never see.
  private volatile @Nullable AtomicLongArray drops;

  /** Nothing counted yet. */
  public Counters() {}

  /** A snapshot of counters at one moment. */
  public record Snapshot(long framesIn, long bytesIn, long framesOut, long bytesOut, long dropped) {
    /** Nothing yet. */
    public static final Snapshot ZERO = new Snapshot(0, 0, 0, 0, 0);

    /** The sum of two. */
    public Snapshot plus(Snapshot other) {
      return new Snapshot(
          framesIn + other.framesIn,
          bytesIn + other.bytesIn,
          framesOut + other.framesOut,
          bytesOut + other.bytesOut,
          dropped + other.dropped);
    }
  }

  /** Adds received frames and bytes. Event loop only. */
  public void received(long frames, long bytes) {
    FRAMES_IN.setOpaque(this, framesIn + frames);
    BYTES_IN.setOpaque(this, bytesIn + bytes);
  }

  /** Adds frames and bytes handed to the transport. The event loop, or who sends in its place. */
  public void sent(long frames, long bytes) {
    FRAMES_OUT.setOpaque(this, framesOut + frames);
    BYTES_OUT.setOpaque(this, bytesOut + bytes);
  }

  /** Adds drops. Any thread. */
  public void dropped(Drop why, long count) {
    AtomicLongArray array = drops;
    if (array == null) {
      AtomicLongArray fresh = new AtomicLongArray(Drop.values().length);
      array = DROPS.compareAndSet(this, null, fresh) ? fresh : drops;
    }
    if (array != null) {
      array.addAndGet(why.ordinal(), count);
    }
  }

  /** Frames received. */
  public long framesIn() {
    return (long) FRAMES_IN.getOpaque(this);
  }

  /** Bytes received. */
  public long bytesIn() {
    return (long) BYTES_IN.getOpaque(this);
  }

  /** Frames handed to the transport. */
  public long framesOut() {
    return (long) FRAMES_OUT.getOpaque(this);
  }

  /** Bytes handed to the transport. */
  public long bytesOut() {
    return (long) BYTES_OUT.getOpaque(this);
  }

  /** Drops of one kind. */
  public long dropped(Drop why) {
    AtomicLongArray array = drops;
    return array == null ? 0 : array.get(why.ordinal());
  }

  /** Drops of all kinds. */
  public long dropped() {
    long sum = 0;
    for (Drop why : Drop.values()) {
      sum += dropped(why);
    }
    return sum;
  }

  /** All of it at this moment. */
  public Snapshot snapshot() {
    return new Snapshot(framesIn(), bytesIn(), framesOut(), bytesOut(), dropped());
  }
}
