package io.wirelace.transport;

import io.netty.channel.Channel;
import io.wirelace.wire.FrameHeader;

/** Puts a session on a channel; given to a transport, which calls it once for each channel. */
@FunctionalInterface
public interface SessionStarter {
  /**
   * Frames can flow on this channel from now on.
   *
   * @param channel the channel, on its event loop, its pipeline holding the transport's handlers;
   *     one that changes what is written has to be there by now
   * @param link what the transport knows of the connection
   */
  void startSession(Channel channel, Link link);

  /**
   * The greatest {@code length} of a frame that a session takes; a longer one ends it. For
   * transports that put several peers on one session, of which none may end it for the others.
   */
  default int maxFrameBytes() {
    return FrameHeader.MAX_LENGTH;
  }
}
