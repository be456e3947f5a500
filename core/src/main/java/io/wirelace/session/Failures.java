package io.wirelace.session;

import io.netty.channel.Channel;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.LineThrottle;
import io.wirelace.metrics.Trace;
import io.wirelace.wire.Role;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What is said of a failure that ends a session: the reason for those who wait, an event and a line
 * for the operator. Event loop only.
 */
final class Failures {
  private static final LineThrottle LINES =
      new LineThrottle(LoggerFactory.getLogger(SessionHandler.class)::error);

  private final SessionContext context;
  private boolean told;

  Failures(SessionContext context) {
    this.context = context;
  }

  /** Whether the peer can be told: not through a connection that is itself what broke. */
  static boolean canBeTold(Fault fault) {
    return !fault.is(ErrorCode.CONNECTION_CLOSED) && !fault.is(ErrorCode.TLS_FAILED);
  }

  /** Why the session ends, which the operator hears if it is no matter of course. */
  CloseReason reason(@Nullable Session session, Channel channel, Throwable cause) {
    if (cause instanceof WirelaceException ours) {
      tellOfDamage(session, ours.fault());
      return new CloseReason(CloseReason.Initiator.REMOTE, ours.fault()); // the transport knows
    }
    if (cause instanceof IOException) {
      return CloseReason.remote(String.valueOf(cause.getMessage()));
    }
    tell(session, channel, cause);
    return CloseReason.policy(ErrorCode.INTERNAL_ERROR, cause.toString());
  }

  /**
   * A server's operator hears of a client whose records cannot be read, as of other violations; a
   * client learns in this way too that its certificate is not accepted, which is none.
   */
  private void tellOfDamage(@Nullable Session session, Fault fault) {
    if (fault.is(ErrorCode.TLS_FAILED)
        && context.role() == Role.SERVER
        && session != null
        && session.state().compareTo(SessionState.CLOSING) < 0) {
      context.listener().onEvent(new Event.Violated(session.id(), fault));
    }
  }

  /** Once, since a session that has failed may fail again at its end. */
  void tell(@Nullable Session session, Channel channel, Throwable cause) {
    if (session == null || told) {
      return;
    }
    LINES.tell(() -> "a session on " + channel + " failed: " + Trace.line(cause));
    context.listener().onEvent(new Event.SessionFailed(session.id(), cause));
    told = true;
  }
}
