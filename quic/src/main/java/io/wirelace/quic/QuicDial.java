package io.wirelace.quic;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.security.TlsFaults;
import io.wirelace.transport.ReadBuffers;
import io.wirelace.transport.SocketOptions;
import io.wirelace.transport.TransportContext;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.security.cert.CertificateException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's connect: a UDP socket of its own, the handshake on it, the first stream, the session,
 * and then the further streams. Event loop only, once the socket is there.
 */
final class QuicDial implements QuicConnection.Owner {
  /**
   * Which server, and who it must prove to be.
   *
   * @param local the address to send from; null leaves it to the kernel
   * @param first whether no other address of the host has been connected to before
   */
  record Target(
      String scheme,
      InetSocketAddress address,
      @Nullable InetSocketAddress local,
      String host,
      int port,
      BooleanSupplier first) {}

  private final Target target;
  private final QuicOptions options;
  private final TransportContext context;
  private final QuicSslContext tls;
  private @Nullable ChannelPromise result;
  private @Nullable Fault failure;
  private @Nullable QuicSslEngine engine;

  QuicDial(Target target, QuicOptions options, TransportContext context, QuicSslContext tls) {
    this.target = target;
    this.options = options;
    this.context = context;
    this.tls = tls;
  }

  /** Succeeds when the session has been started; its channel is the socket. */
  ChannelFuture connect() {
    QuicClientCodecBuilder codec = new QuicClientCodecBuilder();
    QuicSockets.configure(codec, options);
    codec.initialMaxStreamsBidirectional(0).sslEngineProvider(this::newEngine);
    var bootstrap =
        QuicSockets.bootstrap(
            options.socket(),
            context.loops(),
            new SendErrors(
                target.scheme() + "://" + NetUtil.toSocketAddressString(target.address()),
                options.socket(),
                context.listener()),
            codec.build(),
            new Refusals());
    // Connected, so that the kernel tells when nobody listens there.
    ChannelFuture socket = bootstrap.localAddress(target.local()).connect(target.address());
    ChannelPromise promise =
        new DefaultChannelPromise(socket.channel(), context.loops().sockets().next());
    result = promise;
    socket.addListener(done -> {
      Throwable cause = done.cause();
      if (cause == null) {
        shakeHands(socket.channel(), promise);
      } else {
        promise.tryFailure(cause);
      }
    });
    return promise;
  }

  private QuicSslEngine newEngine(QuicChannel channel) {
    QuicSslEngine made = tls.newEngine(channel.alloc(), target.host(), target.port());
    engine = made;
    return made;
  }

  private void shakeHands(Channel socket, ChannelPromise promise) {
    QuicChannel.newBootstrap(socket)
        .option(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            SocketOptions.connectMillis(options.connectTimeout()))
        .option(
            QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
            QuicSockets.segments(options.socket(), context.loops()))
        .streamOption(ChannelOption.AUTO_READ, false)
        .streamOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .handler(new QuicConnection(this))
        .streamHandler(new ChannelInboundHandlerAdapter()) // a server may open none
        .remoteAddress(socket.remoteAddress())
        .connect()
        .addListener((Future<QuicChannel> done) -> {
          Throwable cause = done.cause();
          if (cause != null) {
            fail(promise, cause);
            socket.close();
          } else {
            // In a task: before the session hears of its end, the socket is closed.
            done.getNow()
                .closeFuture()
                .addListener(closed -> socket.eventLoop().execute(socket::close));
          }
        });
  }

  private void fail(ChannelPromise promise, Throwable cause) {
    Fault told = failure;
    CertificateException refusal = RememberingTrust.refusal(engine);
    if (refusal != null) {
      promise.tryFailure(TlsFaults.of(refusal).toException());
    } else {
      promise.tryFailure(told == null ? QuicFaults.connecting(cause) : told.toException());
    }
  }

  /** Hears from the kernel that nobody listens there; once connected, that proves nothing. */
  private final class Refusals extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ChannelPromise promise = result;
      if (promise != null && !promise.isDone()) {
        Throwable why =
            cause instanceof PortUnreachableException
                ? new ConnectException("connection refused")
                : cause;
        promise.tryFailure(why);
        ctx.close();
      }
    }
  }

  // ---- the connection's owner ----

  @Override
  public void established(QuicConnection connection, QuicChannel channel) {
    if (!target.first().getAsBoolean()) {
      connection.fail(Fault.of(ErrorCode.CONNECTION_CLOSED, "another address was faster"));
      return;
    }
    open(connection, channel)
        .addListener((Future<QuicStreamChannel> done) -> {
          if (!done.isSuccess()) {
            connection.fail(
                Fault.of(
                    ErrorCode.CONNECTION_FAILED,
                    "the server grants no stream: " + done.cause(),
                    done.cause()));
          }
        });
  }

  private static Future<QuicStreamChannel> open(QuicConnection connection, QuicChannel channel) {
    return channel
        .newStreamBootstrap()
        .type(QuicStreamType.BIDIRECTIONAL)
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .option(ChannelOption.RECVBUF_ALLOCATOR, new ReadBuffers())
        .handler(
            new io.netty.channel.ChannelInitializer<QuicStreamChannel>() {
              @Override
              protected void initChannel(QuicStreamChannel stream) {
                stream.pipeline().addLast(new Lane(connection, stream));
              }
            })
        .create();
  }

  @Override
  public void start(QuicConnection connection, QuicChannel channel) {
    context.starter().startSession(channel, QuicLinks.of(target.scheme(), channel));
    ChannelPromise promise = result;
    if (promise != null) {
      promise.trySuccess();
    }
    // A turn later the greeting, if there is one, is on the first stream.
    channel
        .eventLoop()
        .execute(() -> channel.eventLoop().execute(() -> openFurther(connection, channel)));
  }

  private void openFurther(QuicConnection connection, QuicChannel channel) {
    connection.announceIfSilent();
    for (int i = 1; i < options.streams().opened() && channel.isActive(); i++) {
      open(connection, channel)
          .addListener((Future<QuicStreamChannel> done) -> {
            // Beyond what the server allows there is none: that is no failure.
            if (done.isSuccess()) {
              Lane lane = done.getNow().pipeline().get(Lane.class);
              lane.announce();
            }
          });
    }
  }

  @Override
  public void failed(QuicChannel channel, Fault fault) {
    failure = fault;
    ChannelPromise promise = result;
    if (promise != null) {
      promise.tryFailure(fault.toException());
    }
  }
}
