package io.wirelace.dispatch;

import io.wirelace.session.Message;
import io.wirelace.session.Session;
import java.util.concurrent.CompletionStage;

/**
 * User code for a route that answers later. The session's next message is handled as soon as this
 * returns; the answer goes out when the future completes, on the thread that completes it.
 */
@FunctionalInterface
public interface AsyncHandler {
  /** Handles a message. */
  CompletionStage<byte[]> handle(Session session, Message message) throws Exception;
}
