package io.wirelace.session;

import io.netty.util.concurrent.EventExecutor;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The clock of one session: heartbeats where the peer greeted, the idle timeout where it did not,
 * the read timeout in the middle of a frame, and the close timeout at the end. Event loop only.
 */
final class Watch {
  /** {@code u8 0=probe 1=reply, u64} the prober's clock. */
  static final int PROBE_BYTES = 9;

  /** So many intervals without a sign of life end a session. */
  private static final int MISSED_HEARTBEATS = 3;

  /** In an interval of rest each side probes and answers; one more may have crossed its edge. */
  private static final int FRAMES_AT_REST = 5;

  /** A mailbox that is full for this long without a break has handlers that do not keep up. */
  private static final long BACKLOG_AFTER_NS = TimeUnit.MILLISECONDS.toNanos(200);

  private final SessionHandler handler;
  private final SessionContext context;

  private @Nullable EventExecutor executor;
  private @Nullable ScheduledFuture<?> beat;
  private @Nullable ScheduledFuture<?> readTimer;
  private @Nullable ScheduledFuture<?> backlogTimer;
  private long backlogSinceNs;
  private volatile long lastReadNs;
  private boolean greeted;
  private long framesAtLastBeat;

  Watch(SessionHandler handler, SessionContext context) {
    this.handler = handler;
    this.context = context;
    this.lastReadNs = context.clock().getAsLong();
  }

  void start(EventExecutor loop) {
    executor = loop;
    lastReadNs = context.clock().getAsLong();
    Duration idle = context.settings().idleTimeout();
    schedule(idle, idle.toNanos());
  }

  /** The peer speaks the whole protocol: heartbeats instead of the idle timeout. */
  void greeted() {
    greeted = true;
    // Not all at once where many connected at once, now and in each interval from now on.
    Duration interval = context.settings().heartbeatInterval();
    long ns = interval.toNanos();
    schedule(interval, ns - (ns < 2 ? 0 : context.random().nextLong(ns / 2)));
  }

  boolean isGreeted() {
    return greeted;
  }

  long lastReadNs() {
    return lastReadNs;
  }

  /** Something was read. */
  void onRead() {
    lastReadNs = context.clock().getAsLong();
  }

  /** Reading has stopped within a frame, on one stream or more: the rest is waited for. */
  void onMidFrame() {
    Duration timeout = context.settings().readTimeout();
    if (readTimer == null && !timeout.isZero() && executor != null) {
      readTimer = executor.schedule(this::checkRead, timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void checkRead() {
    readTimer = null;
    if (!handler.isMidFrame() || executor == null) {
      return;
    }
    long timeout = context.settings().readTimeout().toNanos();
    long left = timeout - handler.silentMidFrameNs(context.clock().getAsLong());
    if (left > 0) {
      readTimer = executor.schedule(this::checkRead, left, TimeUnit.NANOSECONDS);
    } else {
      handler.violated(
          Fault.of(
              ErrorCode.IDLE_TIMEOUT,
              "half a frame, then nothing for " + timeout / 1_000_000 + " ms (read-timeout)"));
    }
  }

  /** The mailbox is full. A fast peer does that often; told is only what lasts. */
  void onBacklog() {
    backlogSinceNs = context.clock().getAsLong();
    if (backlogTimer == null && executor != null) {
      backlogTimer = executor.schedule(this::checkBacklog, BACKLOG_AFTER_NS, TimeUnit.NANOSECONDS);
    }
  }

  private void checkBacklog() {
    backlogTimer = null;
    if (!handler.isBacklogged() || executor == null) {
      return;
    }
    long left = BACKLOG_AFTER_NS - (context.clock().getAsLong() - backlogSinceNs);
    if (left > 0) {
      backlogTimer = executor.schedule(this::checkBacklog, left, TimeUnit.NANOSECONDS);
    } else {
      handler.tellBacklog();
    }
  }

  private void schedule(Duration interval, long delayNs) {
    cancel(beat);
    beat = null;
    if (!interval.isZero() && executor != null) {
      beat = executor.schedule(() -> tick(interval), delayNs, TimeUnit.NANOSECONDS);
    }
  }

  private void tick(Duration interval) {
    if (handler.isSilenceExcused()) {
      lastReadNs =
          context.clock().getAsLong(); // this side does not read, or the peer has said goodbye
    }
    long silent = context.clock().getAsLong() - lastReadNs;
    trimAtRest();
    if (greeted) {
      if (silent >= MISSED_HEARTBEATS * interval.toNanos()) {
        handler.violated(
            Fault.of(
                ErrorCode.HEARTBEAT_TIMEOUT, "no sign of life for " + silent / 1_000_000 + " ms"));
        return;
      }
      handler.probe(probe(context.clock().getAsLong()));
      schedule(interval, interval.toNanos());
    } else if (silent >= interval.toNanos()) {
      handler.violated(
          Fault.of(
              ErrorCode.IDLE_TIMEOUT,
              "nothing came for " + silent / 1_000_000 + " ms (idle-timeout)"));
    } else {
      schedule(interval, interval.toNanos() - silent);
    }
  }

  /** After an interval of heartbeats alone the session gives back what it keeps for traffic. */
  private void trimAtRest() {
    long frames = handler.frames();
    if (frames - framesAtLastBeat <= FRAMES_AT_REST) {
      handler.trim();
    }
    framesAtLastBeat = frames;
  }

  /** Closing has begun: it ends by force after the close timeout. */
  void closing() {
    stop();
    if (executor != null) {
      Duration timeout = context.settings().closeTimeout();
      beat = executor.schedule(handler::abort, timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  void stop() {
    cancel(beat);
    cancel(readTimer);
    cancel(backlogTimer);
    backlogTimer = null;
    beat = null;
    readTimer = null;
  }

  private static void cancel(@Nullable ScheduledFuture<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private static byte[] probe(long clock) {
    return ByteBuffer.allocate(PROBE_BYTES).put((byte) 0).putLong(clock).array();
  }

  static byte[] reply(long clock) {
    return ByteBuffer.allocate(PROBE_BYTES).put((byte) 1).putLong(clock).array();
  }
}
