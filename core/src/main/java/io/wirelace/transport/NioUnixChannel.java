package io.wirelace.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.FileRegion;
import io.netty.channel.nio.AbstractNioByteChannel;
import io.netty.channel.nio.NioIoOps;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connected Unix socket by the JDK. Netty's own channel of this kind closes both directions at
 * the end of one, which would destroy the answers that are still to come; this one tells the peer's
 * end as {@link ChannelInputShutdownEvent} and goes on writing. Event loop only.
 */
final class NioUnixChannel extends AbstractNioByteChannel implements DuplexChannel {
  private final ChannelConfig config = new Config();
  private volatile boolean inputEnded;
  private volatile boolean outputEnded;

  /** A client's. */
  NioUnixChannel() {
    this(null, open());
  }

  /** One that was accepted. */
  NioUnixChannel(@Nullable Channel parent, SocketChannel socket) {
    super(parent, socket);
  }

  private static SocketChannel open() {
    try {
      return SocketChannel.open(StandardProtocolFamily.UNIX);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected SocketChannel javaChannel() {
    return (SocketChannel) super.javaChannel();
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isActive() {
    return javaChannel().isOpen() && javaChannel().isConnected();
  }

  @Override
  protected boolean doConnect(SocketAddress remote, @Nullable SocketAddress local)
      throws IOException {
    boolean connected = javaChannel().connect(remote);
    if (!connected) {
      addAndSubmit(NioIoOps.CONNECT);
    }
    return connected;
  }

  @Override
  protected void doFinishConnect() throws IOException {
    javaChannel().finishConnect();
  }

  @Override
  protected void doBind(SocketAddress local) {
    throw new UnsupportedOperationException("a client's Unix socket needs no name");
  }

  @Override
  protected int doReadBytes(ByteBuf buffer) throws Exception {
    int attempted = buffer.writableBytes();
    unsafe().recvBufAllocHandle().attemptedBytesRead(attempted);
    int bytes = buffer.writeBytes(javaChannel(), attempted);
    if (bytes >= 0) {
      return bytes;
    }
    if (!inputEnded) {
      inputEnded = true;
      // In a task of its own: what was read before is still on its way up.
      eventLoop()
          .execute(() -> pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE));
    }
    return 0; // -1 would close the channel
  }

  @Override
  protected int doWriteBytes(ByteBuf buffer) throws Exception {
    return buffer.readBytes(javaChannel(), buffer.readableBytes());
  }

  @Override
  protected long doWriteFileRegion(FileRegion region) throws Exception {
    return region.transferTo(javaChannel(), region.transferred());
  }

  // ---- the end of each direction ----

  @Override
  protected boolean isInputShutdown0() {
    return inputEnded;
  }

  @Override
  public boolean isInputShutdown() {
    return inputEnded || !isActive();
  }

  @Override
  public boolean isOutputShutdown() {
    return outputEnded || !isActive();
  }

  @Override
  public boolean isShutdown() {
    return isInputShutdown() && isOutputShutdown();
  }

  @Override
  protected void doShutdownOutput() throws IOException {
    javaChannel().shutdownOutput();
    outputEnded = true;
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    if (eventLoop().inEventLoop()) {
      ((AbstractUnsafe) unsafe()).shutdownOutput(promise);
    } else {
      eventLoop().execute(() -> ((AbstractUnsafe) unsafe()).shutdownOutput(promise));
    }
    return promise;
  }

  @Override
  public ChannelFuture shutdownInput() {
    return shutdownInput(newPromise());
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    try {
      javaChannel().shutdownInput();
      inputEnded = true;
      promise.setSuccess();
    } catch (IOException e) {
      promise.setFailure(e);
    }
    return promise;
  }

  @Override
  public ChannelFuture shutdown() {
    return shutdown(newPromise());
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    shutdownInput();
    return shutdownOutput(promise);
  }

  @Override
  protected void doDisconnect() throws Exception {
    doClose();
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
    try {
      return javaChannel().getRemoteAddress();
    } catch (IOException e) {
      return null;
    }
  }

  /** The two options that a Unix socket has beyond every channel's. */
  private final class Config extends DefaultChannelConfig {
    Config() {
      super(NioUnixChannel.this);
    }

    @Override
    protected void autoReadCleared() {
      clearReadPending();
    }

    private static @Nullable SocketOption<Integer> ofTheJdk(ChannelOption<?> option) {
      if (option.equals(ChannelOption.SO_SNDBUF)) {
        return StandardSocketOptions.SO_SNDBUF;
      }
      return option.equals(ChannelOption.SO_RCVBUF) ? StandardSocketOptions.SO_RCVBUF : null;
    }

    @Override
    @SuppressWarnings("unchecked") // both options are of integers
    public <T> T getOption(ChannelOption<T> option) {
      SocketOption<Integer> ofTheJdk = ofTheJdk(option);
      if (ofTheJdk == null) {
        return super.getOption(option);
      }
      try {
        return (T) javaChannel().getOption(ofTheJdk);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
      SocketOption<Integer> ofTheJdk = ofTheJdk(option);
      if (ofTheJdk == null) {
        return super.setOption(option, value);
      }
      try {
        javaChannel().setOption(ofTheJdk, (Integer) value);
        return true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
