package io.wirelace.tests.fuzz;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.SessionId;
import io.wirelace.session.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;

/** One server and its clients, from start to end, on one transport, by one seed. */
final class Round {
  private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(3);

  /** Longer than any timeout of a request or of sending. */
  private static final Duration MOST_FOR_SENDERS = Duration.ofSeconds(40);

  private static final Duration MOST_TO_SETTLE = Duration.ofSeconds(10);

  /** After so long without anything handled nothing more will come. */
  private static final Duration STILL = Duration.ofMillis(500);

  private final FuzzTransport transport;
  private final Plan plan;
  private final SplittableRandom random;
  private final Findings findings;
  private final Lanes lanes;
  private final Receiving receiving;
  private final List<Conversation> conversations = new ArrayList<>();
  private final Map<SessionId, Conversation> bySession = new ConcurrentHashMap<>();
  private final List<Thread> senders = new ArrayList<>();
  private volatile boolean stopped;

  /** What happened in a round. */
  record Outcome(int handled, int accepted) {}

  Round(FuzzTransport transport, long seed, Findings findings) {
    this.transport = transport;
    this.random = new SplittableRandom(seed);
    this.plan = Plan.of(random);
    this.findings = findings;
    this.lanes = new Lanes(findings);
    this.receiving = new Receiving(plan, lanes, findings);
  }

  Plan plan() {
    return plan;
  }

  /** Runs it; returns when all is closed and judged. */
  Outcome run() {
    LogWatch watch = LogWatch.start(findings);
    ResourceLeakDetector.setLevel(plan.followed() ? Level.PARANOID : Level.DISABLED);
    try {
      speak();
      settle();
      check();
    } finally {
      ResourceLeakDetector.setLevel(Level.PARANOID);
      watch.close();
    }
    return new Outcome(
        sum(c -> c.toServer().handledCount() + c.toClient().handledCount()),
        sum(c -> c.toServer().acceptedCount() + c.toClient().acceptedCount()));
  }

  private void speak() {
    try (Server server = start()) {
      for (Plan.Talk talk : plan.conversations()) {
        converse(server, talk);
      }
      senders.forEach(Thread::start);
      traffic(server);
      stopped = true;
      joinSenders();
      settle(); // who closes throws away what still comes
      conversations.forEach(Conversation::close);
    }
  }

  private int sum(ToIntFunction<Conversation> of) {
    return conversations.stream().mapToInt(of).sum();
  }

  // ---- the beginning ----

  private Server start() {
    return transport
        .with(receiving.addTo(plan.with(Wirelace.server())))
        .listen(transport.listenUri())
        .io(transport.io())
        .on(this::onServerEvent)
        .start();
  }

  private void onServerEvent(Event event) {
    Conversation conversation = event.sessionId().map(bySession::get).orElse(null);
    if (conversation != null) {
      conversation.onEvent("server", event);
    } else if (event instanceof Event.Denied || event instanceof Event.HandshakeFailed) {
      findings.add("at the server: " + event);
    }
  }

  private void converse(Server server, Plan.Talk talk) {
    String name = "client " + (conversations.size() + 1);
    Conversation conversation = new Conversation(name, talk, plan, transport, lanes, findings);
    Client client =
        transport
            .with(receiving.addTo(plan.with(Wirelace.client())))
            .io(transport.io())
            .on(event -> conversation.onEvent("client", event))
            .connect(server.uri());
    conversations.add(conversation);
    Session session = atServer(server);
    conversation.connected(client, session);
    bySession.put(session.id(), conversation);
    addSenders(talk.toServer(), client.session(), conversation.toServer());
    addSenders(talk.toClient(), session, conversation.toClient());
  }

  private Session atServer(Server server) {
    long end = System.nanoTime() + MOST_TO_SETTLE.toNanos();
    while (System.nanoTime() - end < 0) {
      for (Session session : server.sessions()) {
        if (!bySession.containsKey(session.id())) {
          return session;
        }
      }
      LockSupport.parkNanos(LOOK_AGAIN_NS);
    }
    throw new IllegalStateException("the server has no session for a client that is connected");
  }

  private void addSenders(List<Temper> tempers, Session session, Direction direction) {
    for (Temper temper : tempers) {
      BooleanSupplier over = () -> stopped;
      Sender sender = new Sender(temper, session, direction, plan, findings, random.split(), over);
      Thread.Builder kind = random.nextInt(3) == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
      senders.add(kind.name("fuzz " + direction + " " + temper).unstarted(sender));
    }
  }

  // ---- in the middle ----

  private void traffic(Server server) {
    long beganNs = System.nanoTime();
    List<Conversation> waiting = new ArrayList<>(conversations);
    waiting.removeIf(one -> one.talk().end() == End.QUIET || plan.stopping());
    boolean stopping = plan.stopping();
    long elapsedNs = 0;
    while (elapsedNs < plan.traffic().toNanos()) {
      LockSupport.parkNanos(LOOK_AGAIN_NS);
      if (plan.interrupting()) {
        senders.get(random.nextInt(senders.size())).interrupt();
      }
      elapsedNs = System.nanoTime() - beganNs;
      for (Conversation one : List.copyOf(waiting)) {
        if (elapsedNs >= one.talk().endAfter().toNanos()) {
          waiting.remove(one);
          one.end();
        }
      }
      if (stopping && elapsedNs >= plan.conversations().getFirst().endAfter().toNanos()) {
        stopping = false;
        conversations.forEach(Conversation::ending);
        server.close();
      }
    }
    waiting.forEach(Conversation::end);
  }

  private void joinSenders() {
    long end = System.nanoTime() + MOST_FOR_SENDERS.toNanos();
    boolean interrupted = false;
    for (Thread sender : senders) {
      try {
        if (!sender.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
          findings.add(sender.getName() + " hangs: " + Arrays.toString(sender.getStackTrace()));
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the end ----

  /** Waits until all has arrived and no handler is at work, or nothing moves any more. */
  private void settle() {
    long end = System.nanoTime() + MOST_TO_SETTLE.toNanos();
    long stillSince = System.nanoTime();
    int before = -1;
    while (System.nanoTime() - end < 0) {
      int handled = sum(c -> c.toServer().handledCount() + c.toClient().handledCount());
      if (handled != before || receiving.running() > 0) {
        stillSince = System.nanoTime();
        before = handled;
      }
      boolean settled = conversations.stream().allMatch(Conversation::isSettled);
      if (receiving.running() == 0
          && (settled || System.nanoTime() - stillSince > STILL.toNanos())) {
        return;
      }
      LockSupport.parkNanos(LOOK_AGAIN_NS);
    }
  }

  private void check() {
    if (receiving.running() != 0) {
      findings.add(receiving.running() + " handlers have not ended");
    }
    conversations.forEach(Conversation::check);
  }
}
