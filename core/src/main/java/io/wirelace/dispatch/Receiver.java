package io.wirelace.dispatch;

import io.wirelace.session.Message;
import io.wirelace.session.Session;

/** User code for a route that has nothing to answer. A request to it gets an empty answer. */
@FunctionalInterface
public interface Receiver {
  /** Takes a message. */
  void receive(Session session, Message message) throws Exception;
}
