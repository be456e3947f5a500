package io.wirelace.cli;

import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * Writes down what an operator should know. A kind of event that arrives in masses takes one line a
 * second: the first is told in full, the rest of that second as a number. Any thread.
 */
final class EventLog implements NetworkListener {
  /** What may come in masses. */
  private enum Kind {
    SLOW,
    BACKLOGGED,
    DROPPED,
    DENIED,
    VIOLATED,
    HANDSHAKE_FAILED,
    HANDLER_FAILED,
    PEER_ERROR
  }

  private final Logger log;
  private final Map<Kind, Throttle> throttles = new EnumMap<>(Kind.class);

  EventLog(Logger log) {
    this(log, CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
  }

  /** With the second's end as given. */
  EventLog(Logger log, Executor aSecondLater) {
    this.log = log;
    for (Kind kind : Kind.values()) {
      throttles.put(kind, new Throttle(aSecondLater, log::warn));
    }
  }

  /** One line a second. */
  private static final class Throttle {
    private final Executor aSecondLater;
    private final Consumer<String> output;

    /** 0 while quiet, otherwise one and what this second has held back. */
    private final AtomicLong held = new AtomicLong();

    private volatile String lastHeld = "";

    Throttle(Executor aSecondLater, Consumer<String> output) {
      this.aSecondLater = aSecondLater;
      this.output = output;
    }

    void tell(String line) {
      if (held.compareAndSet(0, 1)) {
        output.accept(line);
        aSecondLater.execute(this::secondOver);
      } else {
        lastHeld = line;
        held.incrementAndGet();
      }
    }

    private void secondOver() {
      long more = held.getAndSet(0) - 1;
      if (more > 0) {
        output.accept(more + " more like it within a second, the last: " + lastHeld);
      }
    }
  }

  private void warn(Kind kind, String line) {
    Throttle throttle = throttles.get(kind);
    if (throttle != null) {
      throttle.tell(line);
    }
  }

  @Override
  public void onEvent(Event event) {
    switch (event) {
      case Event.Listening e -> log.info("listening on {} by {}", e.uri(), e.io());
      case Event.Opened e ->
          log.debug("session {} opened: {} {}", e.session(), e.transport(), e.peer());
      case Event.Closed e -> log.debug("session {} closed: {}", e.session(), e.reason());
      case Event.Slow e ->
          warn(
              Kind.SLOW,
              "slow peer of session "
                  + e.session()
                  + ": "
                  + e.queuedBytes()
                  + " bytes wait for it");
      case Event.Backlogged e ->
          warn(
              Kind.BACKLOGGED,
              "handlers of session "
                  + e.session()
                  + " do not keep up: "
                  + e.queuedMessages()
                  + " messages wait, reading pauses");
      case Event.Dropped e -> dropped(e);
      case Event.DatagramsDropped e ->
          warn(
              Kind.DROPPED,
              e.uri() + " dropped " + e.count() + " datagrams: " + e.why() + " " + e.last());
      case Event.Denied e ->
          warn(
              Kind.DENIED,
              "turned away "
                  + (e.peer().isEmpty() ? e.count() + " of several peers" : e.peer())
                  + ": "
                  + e.fault());
      case Event.Violated e ->
          warn(Kind.VIOLATED, "protocol broken by session " + e.session() + ": " + e.fault());
      case Event.TlsReady e -> log.info("TLS of {} by {}", e.endpoint(), e.provider());
      case Event.HandshakeFailed e ->
          warn(Kind.HANDSHAKE_FAILED, "no handshake with " + e.peer() + ": " + e.fault());
      case Event.CertificatesReloaded e ->
          log.info("certificates of {} were read again: {}", e.endpoint(), e.subject());
      case Event.CertificatesRejected e ->
          log.error(
              "changed certificates of {} cannot be used, the old ones stay: {}",
              e.endpoint(),
              e.fault());
      case Event.HandlerFailed e ->
          warn(
              Kind.HANDLER_FAILED,
              "the handler of " + routeName(e.route()) + " failed: " + e.failure());
      case Event.GoingAway e -> log.info("peer of session {} leaves: {}", e.session(), e.fault());
      case Event.PeerError e ->
          warn(Kind.PEER_ERROR, "peer of session " + e.session() + " reports " + e.fault());
      case Event.Stopping e -> log.info("stopping; {} sessions are open", e.sessions());
      case Event.Stopped e -> log.info("stopped; {} sessions were cut off", e.abandoned());
    }
  }

  private void dropped(Event.Dropped e) {
    String line =
        "dropped " + e.count() + " of session " + e.session() + ": " + e.why() + ", " + e.detail();
    switch (e.why()) {
      // An answer or a cancel that crosses the end of its request is nothing wrong.
      case UNKNOWN_ID, SECOND_ANSWER, REPEATED -> log.debug(line);
      case NO_ROUTE, MALFORMED, QUEUE_FULL, SESSION_ENDED, FOREIGN, UNPROVEN, OVERRUN, UNSENT ->
          warn(Kind.DROPPED, line);
    }
  }

  private static String routeName(String route) {
    return route.isEmpty() ? "the default route" : "route " + route;
  }
}
