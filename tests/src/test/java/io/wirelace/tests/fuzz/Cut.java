package io.wirelace.tests.fuzz;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.wirelace.session.Session;
import java.lang.reflect.Field;
import java.util.concurrent.RejectedExecutionException;

/**
 * Closes a session's channel as a broken network does: at once, under all that speaks over it. No
 * user can do that, so it reaches into the session.
 */
final class Cut {
  private Cut() {}

  /** Closes the channel by force. */
  static void force(Session session) {
    if (!(read(read(session, "handler"), "ctx") instanceof ChannelHandlerContext ctx)) {
      throw new IllegalStateException("a session without a channel");
    }
    Channel channel = ctx.channel();
    try {
      channel
          .eventLoop()
          .execute(() -> {
            channel.config().setOption(ChannelOption.SO_LINGER, 0); // where there is such a thing
            channel.unsafe().close(channel.unsafe().voidPromise());
          });
    } catch (RejectedExecutionException e) {
      // It is gone already, with its loop.
    }
  }

  private static Object read(Object of, String name) {
    try {
      Field field = of.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field.get(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the way from a session to its channel has changed", e);
    }
  }
}
