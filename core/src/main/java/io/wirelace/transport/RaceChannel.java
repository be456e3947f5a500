package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a connection while several addresses are tried for it: closing it ends the attempts,
 * and later the one that won. Nothing is read or written here. Event loop only.
 */
final class RaceChannel extends SocketlessChannel {
  private final Runnable onClose;
  private volatile @Nullable Channel winner;

  RaceChannel(Runnable onClose) {
    super(null);
    this.onClose = onClose;
  }

  void become(Channel channel) {
    winner = channel;
  }

  @Override
  protected void closed() {
    onClose.run();
    Channel won = winner;
    if (won != null) {
      won.close();
    }
  }

  @Override
  public boolean isActive() {
    Channel won = winner;
    return won != null && won.isActive();
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
  protected void doBeginRead() {
    // There is nothing to read.
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer out) {
    throw new UnsupportedOperationException();
  }
}
