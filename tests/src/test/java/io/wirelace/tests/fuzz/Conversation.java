package io.wirelace.tests.fuzz;

import io.wirelace.Client;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.session.Session;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A client and its session at the server, with all that they say to each other. Any thread. */
final class Conversation {
  private final String name;
  private final Plan.Talk talk;
  private final boolean givesUp;
  private final boolean tellsOfCuts;
  private final Findings findings;
  private final Direction toServer;
  private final Direction toClient;
  private final LongAdder lostAtEnd = new LongAdder();
  private volatile boolean ending;
  private volatile @Nullable Client client;
  private volatile @Nullable Session atServer;

  Conversation(
      String name,
      Plan.Talk talk,
      Plan plan,
      FuzzTransport transport,
      Lanes lanes,
      Findings findings) {
    this.name = name;
    this.talk = talk;
    this.tellsOfCuts = transport.tellsOfCuts();
    this.givesUp =
        plan.interrupting()
            || talk.toServer().stream().anyMatch(Temper::givesUp)
            || talk.toClient().stream().anyMatch(Temper::givesUp);
    this.findings = findings;
    this.toServer = new Direction(name + " to server", this, lanes);
    this.toClient = new Direction("server to " + name, this, lanes);
  }

  void connected(Client connected, Session session) {
    client = connected;
    atServer = session;
  }

  Client client() {
    return there(client);
  }

  Session atServer() {
    return there(atServer);
  }

  private static <T> T there(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("not connected yet");
    }
    return value;
  }

  Plan.Talk talk() {
    return talk;
  }

  Direction toServer() {
    return toServer;
  }

  Direction toClient() {
    return toClient;
  }

  /** The other direction. */
  Direction opposite(Direction of) {
    return of.equals(toServer) ? toClient : toServer;
  }

  /** From now on it may be over at any moment. */
  void ending() {
    ending = true;
  }

  boolean isEnding() {
    return ending;
  }

  /** Ends it as its plan says, on this thread. */
  void end() {
    ending();
    switch (talk.end()) {
      case QUIET, CLIENT_CLOSES -> close();
      case CLIENT_CUT -> Cut.force(client().session());
      case SERVER_CUT -> Cut.force(atServer());
      case SERVER_CLOSES_SESSION -> atServer().close();
      case SERVER_STOPS -> {} // the round does it, for all
    }
  }

  /** Closes the client. */
  void close() {
    ending();
    try {
      client().close();
    } catch (IllegalStateException e) {
      findings.add(name + ": " + e.getMessage());
    }
  }

  /** Judges what happened to it. */
  void onEvent(String side, Event event) {
    switch (event) {
      case Event.Violated bad -> {
        if (!isSilenceAfterCut(bad.fault())) {
          findings.add(on(side) + "violated: " + bad.fault());
        }
      }
      case Event.PeerError told -> {
        if (!ending) {
          findings.add(on(side) + "the peer says " + told.fault());
        }
      }
      case Event.Closed closed -> {
        if (!ending) {
          findings.add(on(side) + "ended by itself: " + closed.reason());
        }
      }
      case Event.HandlerFailed failed -> {
        if (!Receiving.isPlanned(failed.failure()) && !isInterrupt(failed.failure())) {
          findings.add(on(side) + "a handler failed: " + failed.failure());
        }
      }
      case Event.Dropped dropped -> onDrop(side, dropped);
      default -> {}
    }
  }

  /** Half a frame, and then nothing of a peer that has gone: -610 (docs/wire.md, bad peers). */
  private boolean isSilenceAfterCut(Fault fault) {
    return ending && talk.end().isCut() && !tellsOfCuts && fault.is(ErrorCode.IDLE_TIMEOUT);
  }

  private boolean isInterrupt(Throwable failure) {
    return failure instanceof InterruptedException && (givesUp || ending);
  }

  private void onDrop(String side, Event.Dropped dropped) {
    boolean expected =
        switch (dropped.why()) {
          case QUEUE_FULL -> true;
          case SESSION_ENDED -> ending;
          case UNKNOWN_ID, SECOND_ANSWER -> givesUp || ending;
          default -> false;
        };
    if (!expected) {
      findings.add(
          on(side) + "dropped " + dropped.count() + ": " + dropped.why() + ", " + dropped.detail());
    }
    if (dropped.why() == Drop.SESSION_ENDED) {
      lostAtEnd.add(dropped.count());
    }
  }

  private String on(String side) {
    return name + ", at the " + side + ": ";
  }

  /** Whether nothing is left to arrive or to be answered. */
  boolean isSettled() {
    return toServer.missing() == 0
        && toClient.missing() == 0
        && toServer.pending() == 0
        && toClient.pending() == 0;
  }

  /** What must hold when all is over. */
  void check() {
    long dropped = lostAtEnd.sum();
    End end = talk.end();
    long quiet = end == End.QUIET ? 0 : dropped;
    toServer.check(end.deliversToServer() ? quiet : Long.MAX_VALUE, findings);
    toClient.check(end.deliversToClient() ? quiet : Long.MAX_VALUE, findings);
    checkEmpty("client", client().session());
    checkEmpty("server", atServer());
  }

  private void checkEmpty(String side, Session session) {
    if (session.isOpen()) {
      findings.add(on(side) + "still open");
    }
    if (session.pendingRequests() != 0) {
      findings.add(on(side) + session.pendingRequests() + " requests still wait for answers");
    }
    if (session.inFlightRequests() != 0) {
      findings.add(on(side) + session.inFlightRequests() + " requests of the peer still in flight");
    }
    if (session.queuedBytes() != 0) {
      findings.add(on(side) + session.queuedBytes() + " bytes still queued");
    }
  }
}
