package io.wirelace.http.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;

/**
 * What the messages of one connection mean: decided by the subprotocol. Belongs to the channel's
 * event loop.
 */
public interface Messages {
  /** The connection is up; what is said and heard goes through {@code socket}. */
  void open(WebSocketHandler socket);

  /** A message begins. */
  void begin(boolean text);

  /** Where payload that lies at {@code at} shall be put: there, or nearer to the start. */
  int target(int at);

  /** A piece of the present message; the buffer is lent. */
  void piece(ByteBuf buffer, int at, int length);

  /** The present message is complete. */
  void end();

  /** Hands on all it holds of a buffer that it was lent. */
  void flush();

  /** The read is over: hands on what it holds, and takes over the buffer that was read. */
  void readDone(ByteBuf in);

  /** How many bytes it holds of messages that are not complete. Any thread; it may be old. */
  default int heldBytes() {
    return 0;
  }

  /** A pong of the peer. */
  void pong(byte[] payload);

  /** Sends whole native frames; takes over the buffer. */
  void write(ByteBuf frames, ChannelPromise promise);

  /** The connection is gone. */
  void closed();
}
