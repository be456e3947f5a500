package io.wirelace.transport.udp;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;

/**
 * What a server sees of a listener. Closing it ends the taking of new peers; the socket itself
 * closes with its last peer, so that what was accepted can be finished. Event loop only.
 */
final class UdpServerChannel extends AbstractServerChannel {
  private final ChannelConfig config = new DefaultChannelConfig(this);
  private final SocketAddress local;
  private final Runnable onClose;
  private volatile boolean open = true;

  UdpServerChannel(SocketAddress local, Runnable onClose) {
    this.local = local;
    this.onClose = onClose;
  }

  @Override
  protected void doClose() {
    open = false;
    onClose.run();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open;
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true; // it asks nothing of it
  }

  @Override
  protected SocketAddress localAddress0() {
    return local;
  }

  @Override
  protected void doBind(SocketAddress address) {
    throw new UnsupportedOperationException("bound from the start");
  }

  @Override
  protected void doBeginRead() {
    // The socket reads by itself.
  }
}
