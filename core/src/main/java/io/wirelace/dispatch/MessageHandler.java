package io.wirelace.dispatch;

import io.wirelace.session.Message;
import io.wirelace.session.Session;

/** User code for a route that answers with headers as well: the answer's route is ignored. */
@FunctionalInterface
public interface MessageHandler {
  /** Handles a message. */
  Message handle(Session session, Message message) throws Exception;
}
