package io.wirelace.tests.fuzz;

import io.wirelace.HandlerBuilder;
import io.wirelace.session.Message;
import io.wirelace.session.Session;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The handlers of both sides: they note what they are given, answer it, wait, reply and throw. */
final class Receiving {
  /** One message of so many has its handler throw, wait, or send a notification back. */
  private static final int ONE_OF = 16;

  private static final int THROWS = 0;
  private static final int WAITS = 1;
  private static final int REPLIES = 2;

  private final Plan plan;
  private final Lanes lanes;
  private final Findings findings;
  private final AtomicInteger running = new AtomicInteger();

  /** What a handler throws when its plan says so. */
  private static final class PlannedFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PlannedFailure(Payload payload) {
      super(says(payload), null, false, false);
    }
  }

  Receiving(Plan plan, Lanes lanes, Findings findings) {
    this.plan = plan;
    this.lanes = lanes;
    this.findings = findings;
  }

  static boolean isPlanned(Throwable failure) {
    return failure instanceof PlannedFailure;
  }

  /** Whether a message's handler throws. */
  static boolean throwsAt(Plan plan, Payload payload) {
    return plan.throwing() && payload.dice(ONE_OF) == THROWS;
  }

  /** What the handler of a message says when it throws. */
  static String says(Payload payload) {
    return "planned for " + payload.text();
  }

  /** How many handlers are at work. */
  int running() {
    return running.get();
  }

  /** Adds all routes. */
  <B extends HandlerBuilder<B>> B addTo(B builder) {
    for (Way way : Way.values()) {
      builder.receive(
          way.notifications(), way.mode(), (session, message) -> tell(way, session, message));
      if (way == Way.LATE) {
        builder.routeAsync(way.requests(), this::askLate);
      } else {
        builder.route(way.requests(), way.mode(), (session, message) -> ask(way, session, message));
      }
    }
    return builder;
  }

  private void tell(Way way, Session session, Message message) throws InterruptedException {
    running.incrementAndGet();
    try {
      if (Thread.currentThread().isVirtual() && Thread.interrupted()) {
        findings.add("the handler of a notification begins interrupted");
      }
      Payload payload = handle(way, session, message);
      if (payload != null
          && plan.slow()
          && way.mode() != Way.INLINE.mode()
          && payload.dice(64) == WAITS) {
        Thread.sleep(1);
      }
    } finally {
      running.decrementAndGet();
    }
  }

  private byte[] ask(Way way, Session session, Message message) throws InterruptedException {
    running.incrementAndGet();
    try {
      Payload payload = handle(way, session, message);
      if (payload == null) {
        return new byte[0];
      }
      if (plan.slow() && way != Way.INLINE && payload.dice(ONE_OF) == WAITS) {
        Thread.sleep(1);
      }
      return payload.answer();
    } finally {
      running.decrementAndGet();
    }
  }

  private CompletableFuture<byte[]> askLate(Session session, Message message) {
    Payload payload = handle(Way.LATE, session, message);
    if (payload == null) {
      return CompletableFuture.completedFuture(new byte[0]);
    }
    Executor later =
        payload.dice(4) == 0
            ? CompletableFuture.delayedExecutor(payload.dice(3), TimeUnit.MILLISECONDS)
            : Thread::startVirtualThread;
    running.incrementAndGet();
    return CompletableFuture.supplyAsync(payload::answer, later)
        .whenComplete((answer, failure) -> running.decrementAndGet());
  }

  /** Notes a message; null if it is damaged, which is a finding. */
  private @Nullable Payload handle(Way way, Session session, Message message) {
    Payload payload = Payload.of(message);
    Lanes.Entry entry = payload == null ? null : lanes.find(payload.lane());
    if (payload == null || entry == null) {
      findings.add("damaged: " + message + " by " + way);
      return null;
    }
    if (entry.lane().way() != way) {
      findings.add(entry.lane() + ": number " + payload.number() + " came by " + way);
    }
    entry.lane().handled(payload.number());
    if (payload.dice(ONE_OF) == REPLIES && (way == Way.ORDERED || way == Way.INLINE)) {
      Direction back = entry.direction().conversation().opposite(entry.direction());
      reply(back.replies(way), session, payload);
    }
    if (throwsAt(plan, payload)) {
      throw new PlannedFailure(payload);
    }
    return payload;
  }

  private static void reply(Lane lane, Session session, Payload to) {
    int number = lane.next();
    Payload reply = new Payload(lane.id(), number, Payload.HEAD_BYTES + to.dice(2000), 0);
    if (session.trySend(lane.way().notifications(), reply.body()).accepted()) {
      lane.accepted(number);
    } else {
      lane.refused(number);
    }
  }
}
