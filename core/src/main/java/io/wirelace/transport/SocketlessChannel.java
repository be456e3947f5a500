package io.wirelace.transport;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A channel without a socket of its own: it shares one, or stands for one that is still to come. So
 * there is nothing to bind or to connect, and any event loop will do. Event loop only, but for
 * {@link #isOpen}.
 */
public abstract class SocketlessChannel extends AbstractChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);

  @SuppressWarnings("this-escape") // the config only keeps it
  private final ChannelConfig config = new DefaultChannelConfig(this);

  private volatile boolean open = true;

  /** An open channel; with a parent if it is one of a server's. */
  protected SocketlessChannel(@Nullable Channel parent) {
    super(parent);
  }

  /** It is closed, and {@link #isOpen} says so. Once. */
  protected abstract void closed();

  @Override
  protected final void doClose() {
    open = false;
    closed();
  }

  @Override
  protected final void doDisconnect() {
    doClose();
  }

  @Override
  public final boolean isOpen() {
    return open;
  }

  @Override
  public final ChannelConfig config() {
    return config;
  }

  @Override
  public final ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  protected final boolean isCompatible(EventLoop loop) {
    return true; // it asks nothing of it
  }

  @Override
  protected final void doBind(SocketAddress address) {
    throw new UnsupportedOperationException("no socket to bind");
  }

  @Override
  protected final AbstractUnsafe newUnsafe() {
    return new AbstractUnsafe() {
      @Override
      public void connect(SocketAddress to, SocketAddress from, ChannelPromise promise) {
        promise.setFailure(new UnsupportedOperationException("no socket to connect"));
      }
    };
  }
}
