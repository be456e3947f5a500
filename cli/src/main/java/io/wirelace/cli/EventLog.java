package io.wirelace.cli;

import io.wirelace.error.PeerText;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.LineThrottle;
import io.wirelace.metrics.NetworkListener;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Writes down what an operator should know, one line an event. Events that a peer can cause in
 * masses take one line a second for each kind, see {@link LineThrottle}. What peers have written is
 * escaped and cut. Any thread.
 */
final class EventLog implements NetworkListener {
  /** What may come in masses. */
  private enum Kind {
    SLOW,
    BACKLOGGED,
    EVICTED,
    DROPPED,
    PATH_NARROWED,
    DENIED,
    OUT_OF_FILES(Level.ERROR),
    VIOLATED,
    HANDSHAKE_FAILED,
    HANDLER_FAILED,
    SESSION_FAILED,
    PEER_ERROR,
    GOING_AWAY(Level.INFO),
    CERTIFICATES_REJECTED(Level.ERROR);

    private final Level level;

    Kind() {
      this(Level.WARN);
    }

    Kind(Level level) {
      this.level = level;
    }
  }

  private final Logger log;
  private final Map<Kind, LineThrottle> throttles = new EnumMap<>(Kind.class);

  EventLog(Logger log) {
    this(log, CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
  }

  /** With the second's end as given. */
  EventLog(Logger log, Executor aSecondLater) {
    this.log = log;
    for (Kind kind : Kind.values()) {
      throttles.put(
          kind,
          new LineThrottle(line -> log.atLevel(kind.level).setMessage(line).log(), aSecondLater));
    }
  }

  private void throttled(Kind kind, Supplier<String> line) {
    LineThrottle throttle = throttles.get(kind);
    if (throttle != null) {
      throttle.tell(line);
    }
  }

  private void info(String line) {
    log.info(PeerText.line(line));
  }

  private void debug(Supplier<String> line) {
    if (log.isDebugEnabled()) {
      log.debug(PeerText.line(line.get()));
    }
  }

  @Override
  public void onEvent(Event event) {
    switch (event) {
      case Event.Listening e -> info("listening on " + e.uri() + " by " + e.io());
      case Event.Opened e ->
          debug(() -> "session " + e.session() + " opened: " + e.transport() + " " + e.peer());
      case Event.Closed e -> debug(() -> "session " + e.session() + " closed: " + e.reason());
      case Event.Slow e ->
          throttled(
              Kind.SLOW,
              () ->
                  "slow peer of session "
                      + e.session()
                      + ": "
                      + e.queuedBytes()
                      + " bytes wait for it");
      case Event.Backlogged e ->
          throttled(
              Kind.BACKLOGGED,
              () ->
                  "handlers of session "
                      + e.session()
                      + " do not keep up: "
                      + e.queuedMessages()
                      + " messages wait, reading pauses");
      case Event.Evicted e ->
          throttled(
              Kind.EVICTED,
              () ->
                  "memory is short: session "
                      + e.session()
                      + " held "
                      + e.heldBytes()
                      + " of "
                      + e.totalBytes()
                      + " bytes, and is ended");
      case Event.Dropped e -> dropped(e);
      case Event.DatagramsDropped e ->
          throttled(
              Kind.DROPPED,
              () -> e.uri() + " dropped " + e.count() + " datagrams: " + e.why() + " " + e.last());
      case Event.PathNarrowed e ->
          throttled(
              Kind.PATH_NARROWED,
              () ->
                  "datagrams to "
                      + e.peer()
                      + " have "
                      + e.datagramBytes()
                      + " bytes at most from now on: "
                      + e.why());
      case Event.Denied e ->
          throttled(
              Kind.DENIED,
              () ->
                  "turned away "
                      + (e.peer().isEmpty() ? e.count() + " of several peers" : e.peer())
                      + ": "
                      + e.fault());
      case Event.OutOfFiles e ->
          throttled(
              Kind.OUT_OF_FILES,
              () ->
                  e.uri()
                      + " cannot accept: "
                      + e.error()
                      + "; accepting paused "
                      + e.count()
                      + " times (raise the limit of open files, ulimit -n, or lower"
                      + " max-connections)");
      case Event.Violated e ->
          throttled(
              Kind.VIOLATED, () -> "protocol broken by session " + e.session() + ": " + e.fault());
      case Event.TlsReady e -> info("TLS of " + e.endpoint() + " by " + e.provider());
      case Event.HandshakeFailed e ->
          throttled(
              Kind.HANDSHAKE_FAILED, () -> "no handshake with " + e.peer() + ": " + e.fault());
      case Event.CertificatesReloaded e ->
          info("certificates of " + e.endpoint() + " were read again: " + e.subject());
      case Event.CertificatesRejected e ->
          throttled(
              Kind.CERTIFICATES_REJECTED,
              () ->
                  "changed certificates of "
                      + e.endpoint()
                      + " cannot be used, the old ones stay: "
                      + e.fault());
      case Event.CertificateDue e -> {
        // the library logs it itself, for programs that have no listener
      }
      case Event.HandlerFailed e ->
          throttled(
              Kind.HANDLER_FAILED,
              () -> "the handler of " + routeName(e.route()) + " failed: " + e.failure());
      case Event.GoingAway e ->
          throttled(
              Kind.GOING_AWAY, () -> "peer of session " + e.session() + " leaves: " + e.fault());
      case Event.PeerError e ->
          throttled(
              Kind.PEER_ERROR, () -> "peer of session " + e.session() + " reports " + e.fault());
      case Event.LoopFailed e ->
          log.error(
              "an event loop failed, {} sessions are ended: {}",
              e.sessions(),
              PeerText.line(String.valueOf(e.cause())));
      case Event.SessionFailed e ->
          throttled(
              Kind.SESSION_FAILED,
              () -> "session " + e.session() + " cannot go on, and is ended: " + e.cause());
      case Event.Stopping e -> info("stopping; " + e.sessions() + " sessions are open");
      case Event.Stopped e -> info("stopped; " + e.abandoned() + " sessions were cut off");
    }
  }

  private void dropped(Event.Dropped e) {
    Supplier<String> line =
        () ->
            "dropped "
                + e.count()
                + " of session "
                + e.session()
                + ": "
                + e.why()
                + ", "
                + e.detail();
    switch (e.why()) {
      // An answer or a cancel that crosses the end of its request is nothing wrong.
      case UNKNOWN_ID, SECOND_ANSWER, REPEATED -> debug(line);
      case NO_ROUTE, MALFORMED, QUEUE_FULL, SESSION_ENDED, FOREIGN, UNPROVEN, OVERRUN, UNSENT ->
          throttled(Kind.DROPPED, line);
    }
  }

  private static String routeName(String route) {
    return route.isEmpty() ? "the default route" : "route " + route;
  }
}
