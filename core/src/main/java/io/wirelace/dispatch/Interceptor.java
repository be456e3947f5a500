package io.wirelace.dispatch;

import io.wirelace.session.Message;
import io.wirelace.session.Session;

/**
 * Code around every handler: checks, logs, measures, changes the message or the answer, or answers
 * itself. Runs where the handler runs. Interceptors nest in the order of registration, the first
 * outermost.
 */
@FunctionalInterface
public interface Interceptor {
  /**
   * Goes around a call: calls {@code next} (or does not) and returns its answer (or another).
   *
   * @throws Exception what the handler throws, or this interceptor to refuse the call
   */
  Answer intercept(Session session, Message message, Next next) throws Exception;

  /** The rest of the way to the handler. */
  @FunctionalInterface
  interface Next {
    /** Goes on with this message. */
    Answer proceed(Message message) throws Exception;
  }
}
