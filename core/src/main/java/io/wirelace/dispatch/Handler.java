package io.wirelace.dispatch;

import io.wirelace.session.Message;
import io.wirelace.session.Session;
import org.jspecify.annotations.Nullable;

/**
 * User code for a route. May block, unless it was registered as inline.
 *
 * <p>What it returns is the answer's body (null answers with an empty one); for a notification it
 * is ignored. What it throws is answered -646, told as an event, and harms nobody else; a {@link
 * io.wirelace.error.WirelaceException} is answered with its own code and message.
 */
@FunctionalInterface
public interface Handler {
  /** Handles a message. */
  byte @Nullable [] handle(Session session, Message message) throws Exception;
}
