package io.wirelace.transport;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a connection while several addresses are tried for it: closing it ends the attempts,
 * and later the one that won. Nothing is read or written here. Event loop only.
 */
final class RaceChannel extends AbstractChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);

  private final ChannelConfig config = new DefaultChannelConfig(this);
  private final Runnable onClose;
  private volatile @Nullable Channel winner;
  private volatile boolean open = true;

  RaceChannel(Runnable onClose) {
    super(null);
    this.onClose = onClose;
  }

  void become(Channel channel) {
    winner = channel;
  }

  @Override
  protected void doClose() {
    open = false;
    onClose.run();
    Channel won = winner;
    if (won != null) {
      won.close();
    }
  }

  @Override
  protected void doDisconnect() {
    doClose();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    Channel won = winner;
    return won != null && won.isActive();
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true; // it asks nothing of it
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    Channel won = winner;
    return won == null ? null : won.localAddress();
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    Channel won = winner;
    return won == null ? null : won.remoteAddress();
  }

  @Override
  protected void doBind(SocketAddress address) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void doBeginRead() {
    // There is nothing to read.
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer out) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new AbstractUnsafe() {
      @Override
      public void connect(SocketAddress to, SocketAddress from, ChannelPromise promise) {
        promise.setFailure(new UnsupportedOperationException("the race connects"));
      }
    };
  }
}
