package io.wirelace.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Counters;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.SessionId;
import io.wirelace.transport.Link;
import io.wirelace.transport.SessionStarter;
import io.wirelace.transport.Shares;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one server or client: starts them on channels, knows them by id, ends them. Any
 * thread.
 */
public final class Sessions {
  private final SessionContext context;

  /** The places of those that are admitted. */
  private final Shares<Session> places;

  private final Consumer<Session> onOpen;
  private final Map<SessionId, Session> live = new ConcurrentHashMap<>();

  /** As many that were turned away may wait for their peers' ends; the others are cut off. */
  private static final int MOST_FAREWELLS = 1024;

  private final AtomicInteger connections = new AtomicInteger();

  /** Those that are told why they are not admitted. */
  private final Set<Session> turnedAway = ConcurrentHashMap.newKeySet();

  private final AtomicReference<Counters.Snapshot> past =
      new AtomicReference<>(Counters.Snapshot.ZERO);
  private final CompletableFuture<CloseReason> firstEnd = new CompletableFuture<>();
  private final CompletableFuture<CloseReason> neverOpens = new CompletableFuture<>();
  private final CompletableFuture<Void> empty = new CompletableFuture<>();
  private volatile boolean stopping;

  /** No sessions yet; of one source there may be as many as of all. */
  public Sessions(SessionContext context, int maxConnections, Consumer<Session> onOpen) {
    this(context, maxConnections, maxConnections, onOpen);
  }

  /**
   * No sessions yet.
   *
   * @param maxConnections one connection more is refused with -609
   * @param ofOneSource so many of them from one address; 0 for the usual share
   * @param onOpen told, on the event loop, of each session that messages can flow on
   */
  public Sessions(
      SessionContext context, int maxConnections, int ofOneSource, Consumer<Session> onOpen) {
    this.context = context;
    this.places = new Shares<>(maxConnections, ofOneSource, Sessions::isSilent, context.clock());
    this.onOpen = onOpen;
  }

  /** What a transport is given to put sessions on its channels. */
  public SessionStarter starter() {
    return new SessionStarter() {
      @Override
      public void startSession(Channel channel, Link link) {
        start(channel, link);
      }

      @Override
      public int maxFrameBytes() {
        return context.limits().maxFrameBytes();
      }
    };
  }

  private void start(Channel channel, Link link) {
    SessionHandler handler = new SessionHandler(context, this, link);
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast(handler.decoder());
    pipeline.addLast(handler);
  }

  // ---- for users' calls ----

  /** The sessions that are open now. */
  public Collection<Session> all() {
    return Collections.unmodifiableCollection(live.values());
  }

  /** The session of an id. */
  public Optional<Session> find(SessionId id) {
    return Optional.ofNullable(live.get(id));
  }

  /** Offers a notification to every session; returns how many took it. */
  public int broadcast(String route, byte[] body) {
    int accepted = 0;
    for (Session session : live.values()) {
      if (session.trySend(route, body).accepted()) {
        accepted++;
      }
    }
    return accepted;
  }

  /** Closes those that match; returns how many did. */
  public int closeIf(Predicate<? super Session> matches, CloseReason reason) {
    int count = 0;
    for (Session session : live.values()) {
      if (matches.test(session)) {
        session.close(reason);
        count++;
      }
    }
    return count;
  }

  /** What has passed through all sessions, those that ended included. */
  public Counters.Snapshot traffic() {
    Counters.Snapshot sum = Objects.requireNonNull(past.get());
    for (Session session : live.values()) {
      sum = sum.plus(session.counters().snapshot());
    }
    return sum;
  }

  /** Completes when the first session ends; a client has only one. */
  public CompletableFuture<CloseReason> firstEnd() {
    return firstEnd;
  }

  /**
   * Completes when the first session begins to end before it has opened, with the reason: earlier
   * than {@link #firstEnd}, which waits for what the peer does about it.
   */
  public CompletableFuture<CloseReason> neverOpens() {
    return neverOpens;
  }

  /**
   * An event loop was thrown out of its work by an Error: ends its sessions, which may have lost
   * what came or left half of what was sent. On that loop.
   */
  public void endAfterFailure(Executor loop, Error cause) {
    int ended = 0;
    for (Session session : live.values()) {
      if (session.isOf(loop)) {
        session.endAfterFailure(cause);
        ended++;
      }
    }
    context.listener().onEvent(new Event.LoopFailed(cause, ended));
  }

  // ---- stopping ----

  /**
   * From now on requests are answered -663, and sessions end as they run dry.
   *
   * @return completes when no connection is left
   */
  public CompletableFuture<Void> stop() {
    stopping = true;
    Fault leaving = Fault.of(ErrorCode.GOING_AWAY, "the server is stopping");
    for (Session session : live.values()) {
      session.leave(leaving);
    }
    if (connections.get() == 0) {
      empty.complete(null);
    }
    return empty;
  }

  boolean isStopping() {
    return stopping;
  }

  /** How many connections there are, admitted or not. */
  public int connections() {
    return connections.get();
  }

  // ---- for handlers, on their event loops ----

  /**
   * Counts a connection. One that is turned away takes no place of those that are admitted.
   *
   * @return why it is not admitted; null if it is
   */
  @Nullable Fault admit(Session session) {
    connections.incrementAndGet();
    if (stopping) {
      turnedAway.add(session);
      return Fault.of(ErrorCode.SERVER_STOPPING, "the server is stopping");
    }
    Shares.Outcome<Session> outcome = places.enter(session, session.peer());
    Shares.Refusal refusal = outcome.refusal();
    if (refusal != null) {
      turnedAway.add(session);
      return Fault.of(ErrorCode.CONNECTION_LIMIT, why(refusal));
    }
    Session silent = outcome.pushedOut();
    if (silent != null) {
      pushOut(silent);
    }
    return null;
  }

  private String why(Shares.Refusal refusal) {
    return switch (refusal) {
      case FULL -> "the server has its " + places.most() + " connections (max-connections)";
      case SHARE ->
          "the server has "
              + places.mostOfOne()
              + " connections from that address (max-connections-per-source)";
    };
  }

  private static boolean isSilent(Session session) {
    return session.counters().snapshot().framesIn() == 0;
  }

  private void pushOut(Session silent) {
    Fault why =
        Fault.of(
            ErrorCode.CONNECTION_LIMIT,
            "another connection needed its place, and it had not said anything yet");
    context.listener().onEvent(new Event.Denied(String.valueOf(silent.peer()), why));
    silent.close(CloseReason.policy(ErrorCode.CONNECTION_LIMIT, why.message()));
  }

  /** Whether one that was turned away may wait until its peer has taken in why. */
  boolean hasRoomForFarewell() {
    return turnedAway.size() <= MOST_FAREWELLS;
  }

  void opened(Session session) {
    live.put(session.id(), session);
    context
        .listener()
        .onEvent(
            new Event.Opened(session.id(), session.transport(), String.valueOf(session.peer())));
    onOpen.accept(session);
    if (stopping) {
      session.leave(Fault.of(ErrorCode.GOING_AWAY, "the server is stopping"));
    }
  }

  void closed(Session session, CloseReason reason, boolean wasAdmitted) {
    live.remove(session.id());
    try {
      Counters.Snapshot traffic = session.counters().snapshot();
      past.accumulateAndGet(traffic, Counters.Snapshot::plus);
      if (wasAdmitted) {
        context.listener().onEvent(new Event.Closed(session.id(), reason, traffic));
      }
      firstEnd.complete(reason);
    } finally { // whatever fails: this place is free again
      if (!turnedAway.remove(session)) {
        places.leave(session, session.peer());
      }
      if (connections.decrementAndGet() == 0 && stopping) {
        empty.complete(null);
      }
    }
  }
}
