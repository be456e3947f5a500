package io.wirelace.session;

import io.wirelace.config.Times;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
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

  private final SessionHandler handler;
  private final SessionContext context;

  private @Nullable SessionLoop loop;
  private @Nullable Session session;
  private @Nullable ScheduledFuture<?> beat;
  private @Nullable ScheduledFuture<?> readTimer;
  private volatile long lastReadNs;

  /** Since when there is no sign of life, late timers left out; and when this one is due. */
  private long silentSinceNs;

  private long dueNs;
  private final LastLook beatLook = new LastLook();
  private final LastLook readLook = new LastLook();
  private boolean greeted;
  private boolean peerEnded;
  private long framesAtLastBeat;

  Watch(SessionHandler handler, SessionContext context) {
    this.handler = handler;
    this.context = context;
    this.lastReadNs = context.clock().getAsLong();
  }

  void start(SessionLoop itsLoop, Session opened) {
    session = opened;
    loop = itsLoop;
    lastReadNs = context.clock().getAsLong();
    silentSinceNs = lastReadNs;
    Duration idle = context.settings().idleTimeout();
    schedule(idle, Times.ns(idle));
  }

  /** The peer speaks the whole protocol: heartbeats instead of the idle timeout. */
  void greeted() {
    greeted = true;
    // Not all at once where many connected at once, now and in each interval from now on.
    Duration interval = context.settings().heartbeatInterval();
    long ns = Times.ns(interval);
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
    if (readTimer == null && !timeout.isZero()) {
      checkReadIn(Times.ns(timeout));
    }
  }

  private void checkReadIn(long delayNs) {
    if (loop != null) {
      readTimer = loop.schedule(this::checkRead, delayNs);
    }
  }

  private void checkRead() {
    readTimer = null;
    if (!handler.isMidFrame()) {
      readLook.over();
      return;
    }
    long timeout = Times.ns(context.settings().readTimeout());
    long now = context.clock().getAsLong();
    Decoders.Late late = handler.midFrame(now, timeout);
    if (late.leftNs() > 0) {
      readLook.over();
      checkReadIn(late.leftNs());
    } else if (readLook.isDue(now, timeout)) {
      checkReadIn(readLook.ns());
    } else {
      handler.violated(Fault.of(ErrorCode.IDLE_TIMEOUT, late.why(timeout)));
    }
  }

  private void schedule(Duration interval, long delayNs) {
    cancel(beat);
    beat = null;
    if (!interval.isZero() && loop != null) {
      dueNs = context.clock().getAsLong() + delayNs;
      beat = loop.schedule(() -> tick(interval), delayNs);
    }
  }

  private void tick(Duration interval) {
    long now = context.clock().getAsLong();
    if (handler.isSilenceExcused()) {
      lastReadNs = now;
    }
    long silent = silentNs(now);
    long intervalNs = Times.ns(interval);
    long most = greeted ? MISSED_HEARTBEATS * intervalNs : intervalNs;
    if (silent >= most && beatLook.isDue(now, intervalNs)) {
      schedule(interval, beatLook.ns());
      return;
    }
    beatLook.over();
    handler.lookAtMemory();
    trimAtRest();
    if (silent >= most) {
      handler.violated(silence(silent));
      return;
    }
    if (greeted) {
      send(probe(now));
    } else if (peerEnded) {
      send(FrameEncoder.NO_BODY); // one that has gone altogether resets the connection
    }
    schedule(interval, Math.min(intervalNs, most - silent));
  }

  /** Behind a full queue it would tell nothing that the queue does not tell. */
  private void send(byte[] payload) {
    if (live().outbound().hasRoom()) {
      live().sending().writeFrame(FrameHeader.HEARTBEAT, 0, payload);
    }
  }

  private Session live() {
    return Objects.requireNonNull(session, "not started yet");
  }

  /**
   * How long the peer has been silent, but for what this timer came late by: while the process
   * stood still it asked for no sign of life, and got none.
   */
  private long silentNs(long now) {
    long late = Math.max(0, now - dueNs);
    silentSinceNs = Math.max(silentSinceNs + late, lastReadNs);
    return now - silentSinceNs;
  }

  private Fault silence(long silentNs) {
    long ms = silentNs / 1_000_000;
    return greeted
        ? Fault.of(ErrorCode.HEARTBEAT_TIMEOUT, "no sign of life for " + ms + " ms")
        : Fault.of(ErrorCode.IDLE_TIMEOUT, "nothing came for " + ms + " ms (idle-timeout)");
  }

  /**
   * The peer sends nothing more, but may still wait for answers: its being alive shows only in what
   * is sent to it.
   */
  void onPeerEnded() {
    peerEnded = true;
    if (!greeted) {
      Duration interval = context.settings().heartbeatInterval();
      schedule(interval, Times.ns(interval));
    }
  }

  /** After an interval of heartbeats alone the session gives back what it keeps for traffic. */
  private void trimAtRest() {
    Session on = live();
    long frames = on.counters().framesIn() + on.counters().framesOut();
    if (frames - framesAtLastBeat <= FRAMES_AT_REST) {
      on.inFlight().trim();
      on.outbound().trim();
    }
    framesAtLastBeat = frames;
  }

  /** Closing has begun: it ends by force after the close timeout. */
  void closing() {
    stop();
    if (loop != null) {
      Duration timeout = context.settings().closeTimeout();
      beat = loop.schedule(handler::abort, Times.ns(timeout));
    }
  }

  void stop() {
    cancel(beat);
    cancel(readTimer);
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
