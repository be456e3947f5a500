package io.wirelace.transport;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.ServerChannel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.nio.AbstractNioMessageChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A listening Unix socket by the JDK, which accepts {@link NioUnixChannel}s. It leaves its file to
 * {@link SocketFile}. Event loop only.
 */
final class NioUnixServerChannel extends AbstractNioMessageChannel implements ServerChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

  private final Config config = new Config();
  private volatile boolean bound;

  NioUnixServerChannel() {
    super(null, open(), SelectionKey.OP_ACCEPT);
  }

  private static ServerSocketChannel open() {
    try {
      return ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected ServerSocketChannel javaChannel() {
    return (ServerSocketChannel) super.javaChannel();
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
  public boolean isActive() {
    return bound && javaChannel().isOpen();
  }

  @Override
  protected void doBind(SocketAddress local) throws IOException {
    javaChannel().bind(local, config.backlog);
    bound = true;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws IOException {
    SocketChannel socket = javaChannel().accept();
    if (socket == null) {
      return 0;
    }
    accepted.add(new NioUnixChannel(this, socket));
    return 1;
  }

  @Override
  protected void doClose() throws Exception {
    super.doClose();
    javaChannel().close();
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    return UnixSockets.localAddress(javaChannel());
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    return null;
  }

  // ---- what a listener cannot do ----

  @Override
  protected boolean doConnect(SocketAddress remote, @Nullable SocketAddress local) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void doFinishConnect() {
    throw new UnsupportedOperationException();
  }

  @Override
  protected void doDisconnect() {
    throw new UnsupportedOperationException();
  }

  @Override
  protected boolean doWriteMessage(Object message, ChannelOutboundBuffer out) {
    throw new UnsupportedOperationException();
  }

  /** The option that a listener has beyond every channel's. */
  private final class Config extends DefaultChannelConfig {
    private volatile int backlog = 1024;

    Config() {
      super(NioUnixServerChannel.this, new ServerChannelRecvByteBufAllocator());
    }

    @Override
    protected void autoReadCleared() {
      clearReadPending();
    }

    @Override
    @SuppressWarnings("unchecked") // the option is of integers
    public <T> T getOption(ChannelOption<T> option) {
      return option.equals(ChannelOption.SO_BACKLOG)
          ? (T) Integer.valueOf(backlog)
          : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
      if (option.equals(ChannelOption.SO_BACKLOG)) {
        backlog = (Integer) value;
        return true;
      }
      return super.setOption(option, value);
    }
  }
}
