package io.wirelace.quic;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.security.OwnDates;
import io.wirelace.security.TlsFaults;
import io.wirelace.transport.AskedAddresses;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.Places;
import io.wirelace.transport.ReadBuffers;
import io.wirelace.transport.TransportContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * A bound UDP socket and the connections on it. Closing it takes no new ones; the socket itself
 * stays until the last connection has ended, because it carries them all. Event loop only.
 */
final class QuicListener extends ChannelDuplexHandler implements QuicConnection.Owner {
  private final QuicOptions options;
  private final TransportContext context;
  private final Endpoint endpoint;
  private final Duration reloadInterval;
  private final Admissions admissions;

  /** Connections that are not sessions yet, and their places. */
  private final Map<QuicConnection, Places.Place> starting = new HashMap<>();

  private @Nullable ChannelHandlerContext socket;
  private @Nullable AskedAddresses asked;

  QuicListener(
      Endpoint endpoint, QuicOptions options, Duration reloadInterval, TransportContext context) {
    this.reloadInterval = reloadInterval;
    this.endpoint = endpoint;
    this.options = options;
    this.context = context;
    this.admissions = Admissions.of(options.admission());
  }

  /** A further socket of that one. */
  private QuicListener(QuicListener first) {
    this.reloadInterval = first.reloadInterval;
    this.endpoint = first.endpoint;
    this.options = first.options;
    this.context = first.context;
    this.admissions = first.admissions.forFurtherSocket();
  }

  /** The codec that goes behind this on the socket. */
  ChannelHandler codec(CurrentTls tls) {
    QuicServerCodecBuilder codec = new QuicServerCodecBuilder();
    QuicSockets.configure(codec, options);
    return codec
        .initialMaxStreamsBidirectional(options.streams().most())
        .streamOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        // Netty's own choice makes the same further id again for every packet that comes.
        .connectionIdAddressGenerator(QuicConnectionIdGenerator.randomGenerator())
        .sslEngineProvider(channel -> tls.context().newEngine(channel.alloc()))
        .tokenHandler(
            new AddressTokens(new SecureRandom(), System::nanoTime, admissions::asksForProof))
        .option(
            QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
            QuicSockets.segments(options.socket(), context.loops()))
        .handler(
            new ChannelInitializer<QuicChannel>() {
              @Override
              protected void initChannel(QuicChannel channel) {
                accept(channel);
              }
            })
        .streamOption(ChannelOption.AUTO_READ, false)
        .streamOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .streamOption(ChannelOption.RECVBUF_ALLOCATOR, new ReadBuffers())
        .streamHandler(
            new ChannelInitializer<QuicStreamChannel>() {
              @Override
              protected void initChannel(QuicStreamChannel stream) {
                QuicConnection under = stream.parent().pipeline().get(QuicConnection.class);
                stream.pipeline().addLast(new Lane(under, stream));
              }
            })
        .build();
  }

  private void accept(QuicChannel channel) {
    QuicConnection connection = new QuicConnection(this);
    channel.pipeline().addLast(connection);
    admissions.opened();
    Fault displaced =
        Fault.of(
            ErrorCode.CONNECTION_LIMIT,
            options.admission().most()
                + " connections are not sessions yet (max-handshakes); this was the oldest of where"
                + " most of them are from");
    starting.put(
        connection,
        admissions
            .places()
            .enter(channel, channel.remoteSocketAddress(), () -> connection.fail(displaced)));
    if (admissions.isClosed()) {
      // In a task: only when its first packet has been read can it be told.
      channel.eventLoop().execute(() -> connection.fail(stopping()));
    }
    Fault late =
        Fault.of(
            ErrorCode.CONNECTION_TIMEOUT,
            "no session within " + options.admission().timeout() + " (handshake-timeout)");
    Future<?> timer =
        channel
            .eventLoop()
            .schedule(
                () -> connection.fail(late),
                options.admission().timeout().toNanos(),
                TimeUnit.NANOSECONDS);
    channel
        .closeFuture()
        .addListener(closed -> {
          timer.cancel(false);
          over(connection);
        });
  }

  private void over(QuicConnection connection) {
    starting.remove(connection);
    admissions.ended();
    closeIfOver();
  }

  // ---- the connections' owner ----

  @Override
  public void established(QuicConnection connection, QuicChannel channel) {
    // The session starts with the first stream.
    SSLEngine engine = channel.sslEngine();
    String spoken = engine == null ? null : engine.getApplicationProtocol();
    if (!QuicTransport.ALPN.equals(spoken)) {
      connection.fail(
          Fault.of(
              ErrorCode.UNSUPPORTED_VERSION,
              "the client speaks " + spoken + " (expected " + QuicTransport.ALPN + ")"));
    }
  }

  @Override
  public void start(QuicConnection connection, QuicChannel channel) {
    Places.Place place = starting.remove(connection);
    if (place != null) {
      place.leave(channel);
    }
    context.starter().startSession(channel, QuicLinks.of(endpoint.scheme(), channel));
  }

  @Override
  public void failed(QuicChannel channel, Fault fault) {
    String peer = String.valueOf(channel.remoteSocketAddress());
    CertificateException refusal = RememberingTrust.refusal(channel.sslEngine());
    Fault why = refusal == null ? fault : TlsFaults.of(refusal);
    context
        .listener()
        .onEvent(
            why.is(ErrorCode.TLS_FAILED) || why.is(ErrorCode.UNSUPPORTED_VERSION)
                ? new Event.HandshakeFailed(peer, why)
                : new Event.Denied(peer, why));
  }

  // ---- the socket ----

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    socket = ctx;
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    admissions.close();
    if (asked != null) {
      asked.stop().forEach(Channel::close);
    }
    List.copyOf(starting.keySet()).forEach(connection -> connection.fail(stopping()));
    if (admissions.isOver()) {
      ctx.close(promise);
    } else {
      promise.trySuccess(); // it listens no more
    }
  }

  private static Fault stopping() {
    return Fault.of(ErrorCode.SERVER_STOPPING, "the server is stopping");
  }

  private void closeIfOver() {
    ChannelHandlerContext ctx = socket;
    if (ctx != null && admissions.isOver()) {
      // Before the last session hears of its end: who waits for that may bind again at once.
      ctx.executor().execute(ctx::close);
    }
  }

  /** Errors that the network reports for datagrams sent say nothing about the socket. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      ctx.fireExceptionCaught(cause);
    }
  }

  private static Bootstrap socket(
      QuicListener listener, EventLoop loop, ChannelHandler... handlers) {
    ChannelHandler[] all = new ChannelHandler[handlers.length + 1];
    all[0] =
        new SendErrors(
            listener.endpoint.uri(), listener.options.socket(), listener.context.listener());
    System.arraycopy(handlers, 0, all, 1, handlers.length);
    return QuicSockets.bootstrap(listener.options.socket(), listener.context.loops(), loop, all);
  }

  /** A socket on all addresses, and one more for each that is asked: to answer from that. */
  private static ChannelFuture bindToAll(
      QuicListener listener, CurrentTls tls, InetSocketAddress address, EventLoop loop) {
    IoBackend backend = listener.context.loops().readinessBackend();
    AskedAddresses addresses =
        new AskedAddresses(
            backend,
            false,
            local -> {
              QuicListener further = new QuicListener(listener);
              return socket(further, loop, further, further.codec(tls))
                  .option(ChannelOption.SO_REUSEADDR, true)
                  .bind(local);
            });
    listener.asked = addresses;
    Bootstrap bootstrap = socket(listener, loop, addresses, listener, listener.codec(tls));
    if (AskedAddresses.isTold(backend)) {
      bootstrap.option(EpollChannelOption.IP_RECVORIGDSTADDR, true);
    }
    return bootstrap.bind(address);
  }

  /** Listens, and looks for changed certificates until it does no more. */
  static ChannelFuture bind(QuicListener listener, CurrentTls tls, InetSocketAddress address) {
    EventLoop loop = listener.context.loops().readinessSockets().next();
    ChannelFuture bound =
        address.getAddress().isAnyLocalAddress()
            ? bindToAll(listener, tls, address, loop)
            : socket(listener, loop, listener, listener.codec(tls)).bind(address);
    bound.addListener(done -> {
      if (done.isSuccess()) {
        listener.follow(tls, bound.channel());
      }
    });
    return bound;
  }

  /** Looks for changed certificates, and reports each day those that end, until it is closed. */
  private void follow(CurrentTls tls, Channel listening) {
    Runnable report = () -> tls.reportDates(endpoint.uri(), context.listener());
    Runnable look =
        () -> {
          if (tls.refresh(endpoint.uri(), context.listener())) {
            report.run();
          }
        };
    repeat(listening, OwnDates.INTERVAL, report);
    if (!reloadInterval.isZero()) {
      repeat(listening, reloadInterval, look);
    }
  }

  /** On a thread of its own: files block. */
  private static void repeat(Channel listening, Duration interval, Runnable task) {
    long ms = Math.max(1, TimeUnit.MILLISECONDS.convert(interval));
    Runnable aside = () -> Thread.ofVirtual().name("lace-certificates").start(task);
    ScheduledFuture<?> repeated =
        listening.eventLoop().scheduleWithFixedDelay(aside, ms, ms, TimeUnit.MILLISECONDS);
    listening.closeFuture().addListener(closed -> repeated.cancel(false));
  }
}
