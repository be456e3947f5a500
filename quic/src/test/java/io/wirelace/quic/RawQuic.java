package io.wirelace.quic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A QUIC client that does just what a test tells it, stream by stream and byte by byte. */
final class RawQuic implements AutoCloseable {
  /** The longest datagram it takes, which is what Netty reads unless told otherwise. */
  static final int TAKEN_BYTES = 2048;

  private static final int MIB = 1024 * 1024;

  private final MultiThreadIoEventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final CompletableFuture<QuicConnectionCloseEvent> closed = new CompletableFuture<>();
  private final Channel socket;
  private final QuicChannel connection;

  /** One stream: what came on it, and whether it has ended. */
  static final class Stream extends ChannelInboundHandlerAdapter {
    private final ByteBuf received = Unpooled.buffer();
    private boolean ended;
    private @Nullable QuicStreamChannel channel;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf in = (ByteBuf) message;
      synchronized (this) {
        received.writeBytes(in);
      }
      in.release();
    }

    @Override
    public synchronized void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      ended |= event == ChannelInputShutdownEvent.INSTANCE;
    }

    private QuicStreamChannel channel() {
      return Objects.requireNonNull(channel, "not opened yet");
    }

    void send(byte[]... frames) {
      channel().writeAndFlush(Unpooled.wrappedBuffer(frames)).syncUninterruptibly();
    }

    void end() {
      channel().shutdownOutput().syncUninterruptibly();
    }

    /** Stops or goes on taking bytes, so that the server's window closes or opens. */
    void reading(boolean on) {
      channel().eventLoop().submit(() -> channel().config().setAutoRead(on)).syncUninterruptibly();
    }

    synchronized String hex() {
      return ByteBufUtil.hexDump(received);
    }

    synchronized int bytes() {
      return received.readableBytes();
    }

    synchronized boolean hasEnded() {
      return ended;
    }
  }

  /** Connects, or fails as the handshake does. */
  RawQuic(int port, String alpn) throws Exception {
    QuicSslContext tls =
        QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .applicationProtocols(alpn)
            .build();
    try {
      socket =
          new Bootstrap()
              .group(loop)
              .channel(NioDatagramChannel.class)
              .handler(
                  new QuicClientCodecBuilder()
                      .sslContext(tls)
                      .maxIdleTimeout(30, TimeUnit.SECONDS)
                      .maxRecvUdpPayloadSize(TAKEN_BYTES)
                      .initialMaxData(64L * MIB)
                      .initialMaxStreamDataBidirectionalLocal(MIB)
                      .build())
              .bind("127.0.0.1", 0)
              .sync()
              .channel();
      connection =
          QuicChannel.newBootstrap(socket)
              .handler(new Closes())
              .streamHandler(new ChannelInboundHandlerAdapter())
              .remoteAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
              .connect()
              .get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw e;
    }
  }

  private final class Closes extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof QuicConnectionCloseEvent close) {
        closed.complete(close);
      }
    }
  }

  QuicChannel connection() {
    return connection;
  }

  Stream open() throws Exception {
    Stream stream = new Stream();
    stream.channel =
        connection
            .newStreamBootstrap()
            .type(QuicStreamType.BIDIRECTIONAL)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .handler(stream)
            .create()
            .get(10, TimeUnit.SECONDS);
    return stream;
  }

  /** The server's close. */
  QuicConnectionCloseEvent awaitClose()
      throws InterruptedException, ExecutionException, TimeoutException {
    return closed.get(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    connection.close(true, 0, Unpooled.EMPTY_BUFFER).awaitUninterruptibly(2, TimeUnit.SECONDS);
    socket.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  /** A frame by the specification. */
  static byte[] frame(int type, long id, byte[] payload) {
    return ByteBuffer.allocate(13 + payload.length)
        .putInt(9 + payload.length)
        .put((byte) type)
        .putLong(id)
        .put(payload)
        .array();
  }

  /** REQUEST with a route. */
  static byte[] request(long id, String route, String body) {
    byte[] name = route.getBytes(UTF_8);
    byte[] text = body.getBytes(UTF_8);
    return frame(
        0x40,
        id,
        ByteBuffer.allocate(1 + name.length + text.length)
            .put((byte) name.length)
            .put(name)
            .put(text)
            .array());
  }

  static String hexOfResponse(long id, String body) {
    return ByteBufUtil.hexDump(frame(1, id, body.getBytes(UTF_8)));
  }
}
