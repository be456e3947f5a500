package io.wirelace.session;

import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.wire.Headers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A request of the peer that waits for this side's answer. It is answered once; a second answer is
 * dropped and counted. When the peer cancels it or its time is up, it is answered for the handler,
 * whose thread is interrupted.
 *
 * <p>Any thread may answer, but one at a time; {@link #begin} and {@link #end} belong to the
 * handler's thread, {@link #stop} to the event loop.
 */
public final class InboundRequest {
  /** Where the handler is, for those who would interrupt it. */
  private enum Run {
    /** It runs, on {@link #runner}. */
    RUNNING,
    /** Somebody is about to interrupt it; {@link #end} waits for that. */
    INTERRUPTING,
    /** The interrupt has been given. */
    INTERRUPTED,
    /** It is over. */
    ENDED
  }

  /** Of {@link #over}: it was answered for its handler, which may still run. */
  private static final int STOPPED = 1;

  /** Of {@link #over}: the handler is through with it, and it was answered for it. */
  private static final int OVER_AFTER_STOP = 2;

  private static final VarHandle ANSWERED;
  private static final VarHandle RUN;
  private static final VarHandle OVER;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ANSWERED = lookup.findVarHandle(InboundRequest.class, "answered", boolean.class);
      RUN = lookup.findVarHandle(InboundRequest.class, "run", Run.class);
      OVER = lookup.findVarHandle(InboundRequest.class, "over", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Session session;
  private long id;
  private Headers headers;

  /** When its time is up, on the session's clock; {@link Long#MAX_VALUE} for never. */
  private long deadlineNs;

  private volatile boolean answered;
  private boolean waitsForRoom; // by the thread that answers
  private volatile @Nullable Run run; // null until it begins
  private @Nullable Thread runner;

  /** Who of {@link #stop} and the handler comes second ends it. */
  private volatile int over;

  /** Whether it counts as one that a handler has. Event loop only. */
  private boolean handedOver;

  InboundRequest(Session session, long id, Headers headers, long deadlineNs) {
    this.session = session;
    this.id = id;
    this.headers = headers;
    this.deadlineNs = deadlineNs;
  }

  /** Makes one that nobody holds any more another request. Event loop, before anybody has it. */
  void become(long newId, Headers newHeaders, long newDeadlineNs) {
    id = newId;
    headers = newHeaders;
    deadlineNs = newDeadlineNs;
    ANSWERED.set(this, false);
    RUN.set(this, null);
    OVER.set(this, 0);
    handedOver = false;
    runner = null;
  }

  /** From now on a handler has it. Event loop, before any handler does. */
  void handOver() {
    handedOver = true;
    session.inFlight().admit();
  }

  long id() {
    return id;
  }

  /** Its headers, decoded already. */
  public Headers headers() {
    return headers;
  }

  long deadlineNs() {
    return deadlineNs;
  }

  /** Whether it has been answered, by whomever. */
  public boolean isAnswered() {
    return answered;
  }

  /**
   * The handler begins on this thread.
   *
   * @return false if it need not: the request was answered before (cancelled, or out of time)
   */
  public boolean begin() {
    runner = Thread.currentThread();
    if (session.isOnLoop()) {
      RUN.setRelease(this, Run.RUNNING); // nobody stops it while it runs there
    } else {
      run = Run.RUNNING;
    }
    if (answered) {
      end();
      over();
      return false;
    }
    return true;
  }

  /**
   * The handler is through with it and has no answer for it, since it was answered before. To be
   * called, or {@link #answer} or {@link #fail}, for each that {@link #begin} let through: until
   * then it counts among those that are being handled.
   */
  public void over() {
    if ((over != 0 || !OVER.compareAndSet(this, 0, OVER_AFTER_STOP))
        && OVER.compareAndSet(this, STOPPED, OVER_AFTER_STOP)) {
      session.inFlight().lingered();
      session.requestDone();
    }
  }

  /** The handler has returned on this thread; from now on nobody interrupts it. */
  public void end() {
    if (session.isOnLoop() && run == Run.RUNNING) {
      RUN.setRelease(this, Run.ENDED);
    } else if (!RUN.compareAndSet(this, Run.RUNNING, Run.ENDED)) {
      while (run == Run.INTERRUPTING) {
        Thread.onSpinWait(); // the other thread is between two statements
      }
      run = Run.ENDED;
      // The interrupt was meant for this request; the next one starts without it.
      boolean unused = Thread.interrupted();
    }
    runner = null; // the table may hold this for long, and would hold the thread
  }

  /** Answers it; the answer may wait for room, this thread does not. */
  public void answer(byte[] body, Headers answerHeaders) {
    if (!claimAnswer()) {
      over();
      session.drop(Drop.SECOND_ANSWER, 1, "second answer to request " + id);
    } else if (session.sending().hasRoomForAnswer()) {
      try {
        session.sending().answerNow(id, answerHeaders, body);
      } finally {
        done();
      }
    } else {
      waitsForRoom = true;
      try {
        session.sending().answerLate(this, answerHeaders, body);
      } catch (Throwable e) {
        lost(e);
        throw e;
      }
    }
  }

  /**
   * Nobody is left who would answer it, for want of memory most likely: ends the session, or the
   * peer would wait for ever. Needs no memory; any thread.
   */
  public void lost(Throwable cause) {
    session.loop().cannotGoOn(cause);
  }

  /** Whether its answer had to wait for room, so that it is held until that leaves. */
  public boolean waitsForRoom() {
    return waitsForRoom;
  }

  /** Answers it with an error. */
  public void fail(Fault fault) {
    if (claimAnswer()) {
      sendFault(fault);
    } else {
      over();
      session.drop(Drop.SECOND_ANSWER, 1, "second answer to request " + id);
    }
  }

  /** Answers it for its handler, and interrupts that if it runs. Event loop only. */
  void stop(Fault fault) {
    if (answered || !ANSWERED.compareAndSet(this, false, true)) {
      return;
    }
    sendStopped(fault);
    if (RUN.compareAndSet(this, Run.RUNNING, Run.INTERRUPTING)) {
      Thread thread = runner;
      if (thread != null) {
        thread.interrupt();
      }
      run = Run.INTERRUPTED;
    }
  }

  /** The handler, if it has one, may run on: then it counts until that is over. */
  private void sendStopped(Fault fault) {
    try {
      session.sending().fault(id, fault);
    } finally {
      headers = Headers.NONE;
      if (!handedOver) {
        session.checkWhetherDrained();
      } else {
        session.inFlight().linger();
        if (OVER.compareAndSet(this, 0, STOPPED)) {
          session.checkWhetherDrained();
        } else {
          session.inFlight().lingered();
          session.requestDone();
        }
      }
    }
  }

  private void sendFault(Fault fault) {
    try {
      session.sending().fault(id, fault);
    } catch (Throwable e) {
      lost(e);
      throw e;
    } finally {
      done();
    }
  }

  /**
   * For the one who has the handler's answer, and who races only with {@link #stop}: on the event
   * loop there is no race.
   */
  private boolean claimAnswer() {
    if (answered) {
      return false;
    }
    if (session.isOnLoop()) {
      ANSWERED.setRelease(this, true);
      return true;
    }
    return ANSWERED.compareAndSet(this, false, true);
  }

  /** Only now, with the answer on its way, may the session count it as done and perhaps end. */
  void done() {
    headers = Headers.NONE; // the table may hold this for long
    session.requestDone();
  }
}
