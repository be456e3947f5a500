package io.wirelace.metrics;

import io.wirelace.error.CloseReason;
import io.wirelace.error.Fault;
import io.wirelace.error.PeerText;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that happened. Sealed, so that a {@code switch} over events stops compiling when a new
 * kind appears, instead of overlooking it.
 *
 * <p>Texts in it may be a peer's and are as they came; what {@code toString} returns is one line
 * and safe to log.
 */
public sealed interface Event {
  /** The session it is about, if it is about one. */
  default Optional<SessionId> sessionId() {
    return Optional.empty();
  }

  /**
   * A listener is bound.
   *
   * @param uri where, with the real port
   * @param io the I/O mechanism in use: epoll, kqueue, io_uring, nio or memory
   */
  record Listening(String uri, String io) implements Event {
    @Override
    public String toString() {
      return PeerText.line("Listening[uri=" + uri + ", io=" + io + "]");
    }
  }

  /**
   * A session opened.
   *
   * @param session its id
   * @param transport the URI scheme that carries it
   * @param peer the peer's address
   */
  record Opened(SessionId session, String transport, String peer) implements Event {
    @Override
    public Optional<SessionId> sessionId() {
      return Optional.of(session);
    }

    @Override
    public String toString() {
      return PeerText.line(
          "Opened[session=" + session + ", transport=" + transport + ", peer=" + peer + "]");
    }
  }

  /**
   * A session ended.
   *
   * @param session its id
   * @param reason why
   * @param traffic what had passed through it
   */
  record Closed(SessionId session, CloseReason reason, Counters.Snapshot traffic) implements Event {
    @Override
    public Optional<SessionId> sessionId() {
      return Optional.of(session);
    }
  }

  /**
   * A peer does not read as fast as this side sends: its outbound queue is full. Told once until
   * the queue has drained.
   *
   * @param session whose peer it is
   * @param queuedBytes what waits for it
   */
  record Slow(SessionId session, long queuedBytes) implements Event {
    @Override
    public Optional<SessionId> sessionId() {
      return Optional.of(session);
    }
  }

  /**
   * The handlers do not keep up with a session: reading from it pauses. Told once until reading
   * resumes.
   *
   * @param session whose messages wait
   * @param queuedMessages how many wait
   * @param queuedBytes how much they hold
   */
  record Backlogged(SessionId session, long queuedMessages, long queuedBytes) implements Event {
    @Override
    public Optional<SessionId> sessionId() {
      return Optional.of(session);
    }
  }

  /**
   * A session is ended because all sessions together hold more memory than they may, and it the
   * most.
   *
   * @param session its id
   * @param heldBytes what it held
   * @param totalBytes what all sessions of the process held
   */
  record Evicted(SessionId session, long heldBytes, long totalBytes) implements Event {
    @Override
    public Optional<SessionId> sessionId() {
      return Optional.of(session);
    }
  }

  /**
   * Something was dropped.
   *
   * @param session whose message it was
   * @param why the kind of drop
   * @param count how many
   * @param detail what, in words
   */
  record Dropped(SessionId session, Drop why, long count, String detail) implements Event {
    @Override
    public Optional<SessionId> sessionId() {
      return Optional.of(session);
    }

    @Override
    public String toString() {
      return PeerText.line(
          "Dropped[session="
              + session
              + ", why="
              + why
              + ", count="
              + count
              + ", detail="
              + detail
              + "]");
    }
  }

  /**
   * A socket dropped datagrams that no session saw. Told at most once a second for each kind and
   * socket, with all that came since.
   *
   * @param uri the socket's endpoint
   * @param why the kind of drop
   * @param count how many
   * @param last whose one of them was, or why it could not be sent, or empty
   */
  record DatagramsDropped(String uri, Drop why, long count, String last) implements Event {
    @Override
    public String toString() {
      return PeerText.line(
          "DatagramsDropped[uri="
              + uri
              + ", why="
              + why
              + ", count="
              + count
              + ", last="
              + last
              + "]");
    }
  }

  /**
   * The path to a peer carries less than before, or the system refuses datagrams that it took
   * before: from now on they are shorter. Longer ones are tried again after a second, and then ever
   * more rarely. Reported once, until it is over.
   *
   * @param peer its address
   * @param datagramBytes the longest that is sent now
   * @param why how it was noticed
   */
  record PathNarrowed(String peer, int datagramBytes, String why) implements Event {
    @Override
    public String toString() {
      return PeerText.line(
          "PathNarrowed[peer=" + peer + ", datagramBytes=" + datagramBytes + ", why=" + why + "]");
    }
  }

  /**
   * A connection was turned away before it became a session. Where many can be turned away at no
   * cost of theirs (UDP), it is told at most once a second, with all that came since.
   *
   * @param peer its address; empty where there were several
   * @param fault why
   * @param count how many
   */
  record Denied(String peer, Fault fault, long count) implements Event {
    /** One. */
    public Denied(String peer, Fault fault) {
      this(peer, fault, 1);
    }

    @Override
    public String toString() {
      return PeerText.line("Denied[peer=" + peer + ", fault=" + fault + ", count=" + count + "]");
    }
  }

  /**
   * A listener cannot accept because the process or the system has no descriptor, or no memory,
   * left. Accepting pauses, and is tried again when a connection has ended and twice a second.
   * Reported at once, and while it lasts at most once a minute.
   *
   * @param uri the listener's endpoint
   * @param error the system's words
   * @param count how often accepting has paused since the last report
   */
  record OutOfFiles(String uri, String error, long count) implements Event {
    @Override
    public String toString() {
      return PeerText.line("OutOfFiles[uri=" + uri + ", error=" + error + ", count=" + count + "]");
    }
  }

  /**
   * TLS is set up for an endpoint that listens.
   *
   * @param endpoint whose it is
   * @param provider who does the work: boringssl, or jdk and why not boringssl
   */
  record TlsReady(String endpoint, String provider) implements Event {
    @Override
    public String toString() {
      return PeerText.line("TlsReady[endpoint=" + endpoint + ", provider=" + provider + "]");
    }
  }

  /**
   * A connection came to nothing below the sessions: TLS did not shake hands.
   *
   * @param peer its address
   * @param fault which check failed
   */
  record HandshakeFailed(String peer, Fault fault) implements Event {
    @Override
    public String toString() {
      return PeerText.line("HandshakeFailed[peer=" + peer + ", fault=" + fault + "]");
    }
  }

  /**
   * Certificates, keys or CAs were read again because their files have changed; new connections
   * have them, those that are open keep theirs.
   *
   * @param endpoint whose they are
   * @param subject the holder that the first certificate names now
   */
  record CertificatesReloaded(String endpoint, String subject) implements Event {
    @Override
    public String toString() {
      return PeerText.line(
          "CertificatesReloaded[endpoint=" + endpoint + ", subject=" + subject + "]");
    }
  }

  /**
   * Changed certificates, keys or CAs cannot be used; the ones before them stay.
   *
   * @param endpoint whose they are
   * @param fault why
   */
  record CertificatesRejected(String endpoint, Fault fault) implements Event {
    @Override
    public String toString() {
      return PeerText.line("CertificatesRejected[endpoint=" + endpoint + ", fault=" + fault + "]");
    }
  }

  /**
   * A certificate of this side has ended, ends within 30 days, or is not valid yet. A server
   * reports it when it has read its files and then daily, a client when it connects, at most daily.
   *
   * @param endpoint whose it is
   * @param subject the holder that it names
   * @param from when it begins to be valid
   * @param until when it ends
   */
  record CertificateDue(String endpoint, String subject, Instant from, Instant until)
      implements Event {
    @Override
    public String toString() {
      return PeerText.line(
          "CertificateDue[endpoint="
              + endpoint
              + ", subject="
              + subject
              + ", from="
              + from
              + ", until="
              + until
              + "]");
    }
  }

  /**
   * The peer broke the protocol; the connection is being closed.
   *
   * @param session its session
   * @param fault which rule
   */
  record Violated(SessionId session, Fault fault) implements Event {
    @Override
    public Optional<SessionId> sessionId() {
      return Optional.of(session);
    }
  }

  /**
   * A handler threw, or answered with a failed future.
   *
   * @param session whose message it handled
   * @param route the route, empty for the default handler
   * @param failure what it threw
   */
  record HandlerFailed(SessionId session, String route, Throwable failure) implements Event {
    @Override
    public Optional<SessionId> sessionId() {
      return Optional.of(session);
    }

    @Override
    public String toString() {
      return PeerText.line(
          "HandlerFailed[session=" + session + ", route=" + route + ", failure=" + failure + "]");
    }
  }

  /**
   * The peer announced that it leaves.
   *
   * @param session the session with it
   * @param fault its words
   */
  record GoingAway(SessionId session, Fault fault) implements Event {
    @Override
    public Optional<SessionId> sessionId() {
      return Optional.of(session);
    }
  }

  /**
   * The peer reported an error that concerns the connection as a whole.
   *
   * @param session the session with it
   * @param fault its words
   */
  record PeerError(SessionId session, Fault fault) implements Event {
    @Override
    public Optional<SessionId> sessionId() {
      return Optional.of(session);
    }
  }

  /**
   * An event loop was thrown out of its work by an Error, most likely because memory was short. It
   * goes on; its sessions have been ended.
   *
   * @param cause the Error
   * @param sessions how many were ended
   */
  record LoopFailed(Error cause, int sessions) implements Event {
    @Override
    public String toString() {
      return PeerText.line("LoopFailed[cause=" + cause + ", sessions=" + sessions + "]");
    }
  }

  /**
   * A session was left half-way by an Error, most likely because memory was short, or by a defect
   * of Wirelace. It cannot go on and is ended with -99.
   *
   * @param session its id
   * @param cause what was thrown
   */
  record SessionFailed(SessionId session, Throwable cause) implements Event {
    @Override
    public Optional<SessionId> sessionId() {
      return Optional.of(session);
    }

    @Override
    public String toString() {
      return PeerText.line("SessionFailed[session=" + session + ", cause=" + cause + "]");
    }
  }

  /**
   * A server began to shut down.
   *
   * @param sessions how many sessions are open
   */
  record Stopping(int sessions) implements Event {}

  /**
   * A server has shut down.
   *
   * @param abandoned sessions that had to be cut off because the drain timeout was over
   */
  record Stopped(int abandoned) implements Event {}
}
