package io.wirelace.tests.fuzz;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.session.AnswerCallback;
import io.wirelace.session.Session;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One thread that sends messages of its temper to one side of a conversation. */
final class Sender implements Runnable {
  /** No answer within it is a finding. */
  private static final Duration PATIENT = Duration.ofSeconds(25);

  private static final int MOST_ANSWER_BYTES = 200_000;

  private final Temper temper;
  private final Session session;
  private final Direction direction;
  private final Plan plan;
  private final Findings findings;
  private final SplittableRandom random;
  private final BooleanSupplier stopped;
  private final Map<Way, Lane> lanes = new EnumMap<>(Way.class);

  Sender(
      Temper temper,
      Session session,
      Direction direction,
      Plan plan,
      Findings findings,
      SplittableRandom random,
      BooleanSupplier stopped) {
    this.temper = temper;
    this.session = session;
    this.direction = direction;
    this.plan = plan;
    this.findings = findings;
    this.random = random;
    this.stopped = stopped;
    for (Way way : Way.values()) {
      lanes.put(way, direction.lane(way, temper.name()));
    }
  }

  @Override
  public void run() {
    Way[] ways = Way.values();
    Way usual = random.nextInt(3) == 0 ? Way.INLINE : ways[random.nextInt(ways.length)];
    while (!stopped.getAsBoolean() && session.isOpen()) {
      Way way = random.nextInt(4) == 0 ? ways[random.nextInt(ways.length)] : usual;
      Lane lane = lane(way);
      Temper.Act act = temper.act(random);
      int bytes = temper.bytes(random);
      Payload payload =
          new Payload(lane.id(), lane.next(), atLeast(act, bytes), answerBytes(bytes));
      try {
        send(act, lane, payload);
      } catch (RuntimeException e) {
        findings.add(lane + ": " + act + " of number " + payload.number() + " threw " + e);
      }
      boolean unused = Thread.interrupted(); // the next one is not to fail by it
      pause();
    }
  }

  private Lane lane(Way way) {
    Lane lane = lanes.get(way);
    if (lane == null) {
      throw new IllegalStateException("no lane for " + way);
    }
    return lane;
  }

  private static int atLeast(Temper.Act act, int bytes) {
    boolean hasHeaders =
        act == Temper.Act.TELL || act == Temper.Act.TRY_TELL || act == Temper.Act.ASK;
    return Math.max(bytes, hasHeaders ? 0 : Payload.HEAD_BYTES);
  }

  private int answerBytes(int bytes) {
    return random.nextInt(3) == 0 ? random.nextInt(100) : Math.min(bytes, MOST_ANSWER_BYTES);
  }

  private void pause() {
    if (Thread.currentThread().isVirtual() && random.nextInt(64) == 0) {
      LockSupport.parkNanos(1000); // one that never waits keeps its carrier; handlers need one too
    }
    int ns = temper.pauseNs(random);
    if (ns > 30_000) {
      LockSupport.parkNanos(ns);
    } else if (ns > 0) {
      long end = System.nanoTime() + ns;
      while (System.nanoTime() - end < 0) {
        Thread.onSpinWait();
      }
    }
  }

  private void send(Temper.Act act, Lane lane, Payload payload) {
    Duration brief = Duration.ofMillis(1 + random.nextInt(12));
    switch (act) {
      case TELL -> tell(lane, payload);
      case TRY_TELL -> tryTell(lane, payload);
      case ASK -> ask(lane, payload, PATIENT);
      case ASK_BRIEFLY -> ask(lane, payload, brief);
      case ASK_LATER -> askLater(lane, payload, PATIENT);
      case CALL_BACK -> callBack(lane, payload, PATIENT);
      case CALL_BACK_BRIEFLY -> callBack(lane, payload, brief);
      case CANCEL -> {
        CompletableFuture<byte[]> asked = askLater(lane, payload, brief);
        pause();
        asked.cancel(true);
      }
    }
  }

  private void tell(Lane lane, Payload payload) {
    try {
      if (payload.bytes() >= Payload.HEAD_BYTES && random.nextBoolean()) {
        session.send(lane.way().notifications(), payload.body());
      } else {
        session.send(payload.message(lane.way().notifications()));
      }
      lane.accepted(payload.number());
    } catch (WirelaceException e) {
      lane.refused(payload.number());
      judge(lane, payload, e.fault(), PATIENT);
    }
  }

  private void tryTell(Lane lane, Payload payload) {
    if (session.trySend(payload.message(lane.way().notifications())).accepted()) {
      lane.accepted(payload.number());
    } else {
      lane.refused(payload.number());
      LockSupport.parkNanos(50_000); // who only tries would fill the log of drops
    }
  }

  private void ask(Lane lane, Payload payload, Duration timeout) {
    try {
      byte[] answer =
          payload.bytes() >= Payload.HEAD_BYTES
              ? session.request(lane.way().requests(), payload.body(), timeout)
              : session.request(payload.message(lane.way().requests()), timeout).body();
      onAnswer(lane, payload, answer);
    } catch (WirelaceException e) {
      judge(lane, payload, e.fault(), timeout);
    }
  }

  private CompletableFuture<byte[]> askLater(Lane lane, Payload payload, Duration timeout) {
    direction.asked();
    CompletableFuture<byte[]> asked =
        session.requestAsync(lane.way().requests(), payload.body(), timeout);
    asked.whenComplete((answer, failure) -> {
      if (failure == null) {
        onAnswer(lane, payload, answer);
      } else if (!asked.isCancelled()) {
        Fault fault = Fault.from(unwrapped(failure), ErrorCode.INTERNAL_ERROR);
        judge(lane, payload, fault, timeout);
      }
      direction.settled();
    });
    return asked;
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  private void callBack(Lane lane, Payload payload, Duration timeout) {
    direction.asked();
    AnswerCallback callback =
        new AnswerCallback() {
          @Override
          public void onAnswer(byte[] body) {
            Sender.this.onAnswer(lane, payload, body);
            direction.settled();
          }

          @Override
          public void onFailure(Fault fault) {
            judge(lane, payload, fault, timeout);
            direction.settled();
          }
        };
    try {
      session.requestAsync(lane.way().requests(), payload.body(), timeout, callback);
    } catch (WirelaceException e) {
      direction.settled();
      lane.refused(payload.number());
      judge(lane, payload, e.fault(), timeout);
    }
  }

  private void onAnswer(Lane lane, Payload payload, byte[] answer) {
    lane.answered(payload.number());
    if (!Arrays.equals(answer, payload.answer())) {
      findings.add(
          lane
              + ": number "
              + payload.number()
              + " got "
              + answer.length
              + " bytes that are not its answer of "
              + payload.answerBytes());
    } else if (Receiving.throwsAt(plan, payload)) {
      findings.add(lane + ": number " + payload.number() + " was answered, but its handler threw");
    }
  }

  /** Whether a message may fail like that. */
  private void judge(Lane lane, Payload payload, Fault fault, Duration timeout) {
    boolean brief = !timeout.equals(PATIENT);
    boolean expected =
        switch (ErrorCode.of(fault.number()).orElse(ErrorCode.INTERNAL_ERROR)) {
          case HANDLER_FAILED -> isPlanned(lane, payload, fault);
          case REQUEST_TIMEOUT -> brief || direction.conversation().isEnding();
          case CANCELLED -> brief || plan.interrupting() || direction.conversation().isEnding();
          case QUEUE_FULL -> true;
          case INTERNAL_ERROR -> false;
          default -> direction.conversation().isEnding();
        };
    if (!expected) {
      findings.add(lane + ": number " + payload.number() + " failed: " + fault);
    }
  }

  private boolean isPlanned(Lane lane, Payload payload, Fault fault) {
    lane.answered(payload.number());
    boolean ofServer = direction.equals(direction.conversation().toClient());
    return Receiving.throwsAt(plan, payload)
        && (ofServer || fault.message().contains(Receiving.says(payload)));
  }
}
