package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The socket under a channel, for a thread that would rather write a little itself than wake the
 * channel's event loop for it. Whoever uses it sees to it that the loop is not writing meanwhile,
 * and has nothing to write that came before.
 */
@FunctionalInterface
public interface DirectSocket {
  /**
   * Writes what the kernel takes without waiting. Any thread, one at a time.
   *
   * @param from the first index in the direct buffer {@code bytes}
   * @param to the index after the last one
   * @return how many bytes; 0 if it has no room, or the socket is being closed
   * @throws IOException if the connection is lost, which the event loop will find as well
   */
  int write(ByteBuffer bytes, int from, int to) throws IOException;

  /**
   * The socket that a channel writes to, if its bytes go there as they are: by epoll, without TLS
   * or another protocol in between. On the channel's event loop.
   */
  static @Nullable DirectSocket of(Channel channel) {
    for (Map.Entry<String, ChannelHandler> handler : channel.pipeline()) {
      if (handler.getValue() instanceof ChannelOutboundHandler
          && !(handler.getValue() instanceof StreamEnds)) {
        return null;
      }
    }
    return EventLoops.directSocket(channel);
  }
}
