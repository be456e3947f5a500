package io.wirelace.http;

import io.wirelace.http.json.JsonMessages;
import io.wirelace.http.websocket.FrameLimits;
import io.wirelace.http.websocket.Messages;
import io.wirelace.http.websocket.NativeMessages;

/** What the messages of a connection mean that has just upgraded. */
@FunctionalInterface
interface MessagesOf {
  /** As the subprotocol says. */
  MessagesOf SUBPROTOCOL =
      (json, limits) -> json ? new JsonMessages(limits.maxTextBytes()) : new NativeMessages();

  /** For one connection; {@code json} if that is its subprotocol. */
  Messages of(boolean json, FrameLimits limits);
}
