package io.wirelace.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.security.OwnDates;
import io.wirelace.security.TlsServer;
import io.wirelace.wire.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of TLS over the byte streams of one listener: shakes hands on channels, and
 * exchanges certificates when their files change. For listeners that are all TLS, and for those
 * that find it among other protocols. Any thread; a channel's handlers belong to its event loop.
 */
public final class TlsStreams implements AutoCloseable {
  /** Many small writes of one flush share a record of 16 KiB, and several records one buffer. */
  private static final int WRAP_BYTES = 64 * 1024; // 64 KiB

  private static final long CLOSE_NOTIFY_MS = 500;

  /** RFC 8446 4: what a ClientHello may take in memory while it is only looked at for its name. */
  private static final int MOST_HELLO_BYTES = 64 * 1024; // 64 KiB

  private final TlsServer tls;
  private final NetworkListener listener;
  private final Places underWay;
  private final AtomicBoolean looksAtFiles = new AtomicBoolean();

  private TlsStreams(TlsServer tls, NetworkListener listener) {
    this.tls = tls;
    this.listener = listener;
    this.underWay = new Places(tls.settings().maxHandshakes());
  }

  /**
   * Reads certificates and keys.
   *
   * @param endpoint whose options are read, over what the context says
   * @param alpn the application protocols that are offered, the preferred first; empty for none
   * @throws io.wirelace.error.WirelaceException -664 naming what cannot be used
   */
  public static TlsStreams open(Endpoint endpoint, TransportContext context, List<String> alpn) {
    TlsSettings settings = TlsOptions.of(new EndpointOptions(endpoint), context.tls());
    TlsServer tls = TlsServer.open(settings, endpoint.uri(), alpn, context.listener());
    context.listener().onEvent(new Event.TlsReady(endpoint.uri(), tls.provider().label()));
    return new TlsStreams(tls, context.listener());
  }

  /** Who does the work: boringssl, or jdk and why. */
  public String provider() {
    return tls.provider().label();
  }

  /**
   * Looks for changed files from now on, and reports each day certificates that end, until the
   * listening channel closes; closes with it.
   */
  public void follow(Channel listening) {
    repeat(listening, OwnDates.INTERVAL, tls::reportDates);
    if (!tls.settings().reloadInterval().isZero()) {
      // On a thread of its own: files block.
      repeat(listening, tls.settings().reloadInterval(), this::lookAtFiles);
    }
    listening.closeFuture().addListener(closed -> close());
  }

  private static void repeat(Channel listening, Duration interval, Runnable task) {
    long ms = Math.max(1, TimeUnit.MILLISECONDS.convert(interval));
    ScheduledFuture<?> repeated =
        listening.eventLoop().scheduleWithFixedDelay(task, ms, ms, TimeUnit.MILLISECONDS);
    listening.closeFuture().addListener(closed -> repeated.cancel(false));
  }

  /** One look at a time, however long the file system takes. */
  private void lookAtFiles() {
    if (looksAtFiles.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("lace-certificates")
          .start(() -> {
            try {
              tls.refresh();
            } finally {
              looksAtFiles.set(false);
            }
          });
    }
  }

  /**
   * Shakes hands and then starts the protocol; bytes that were read before are to be fired at the
   * pipeline afterwards. On the channel's event loop. What fails is told as an event, and closed.
   *
   * @param link what is known of the connection; its transport is the scheme inside TLS
   */
  public void start(Channel channel, Link link, ByteStreams.Protocol protocol) {
    ChannelHandler tlsHandler;
    try {
      tlsHandler = handler(channel.alloc());
    } catch (IllegalStateException e) {
      channel.close(); // accepted just before the listener was closed
      return;
    }
    Places.Place place = underWay.enter(channel, link.peer(), () -> pushedOut(channel, link));
    TlsGather gather = new TlsGather();
    channel.pipeline().addLast("tls-records", new TlsRecords(Role.SERVER, gather));
    channel.pipeline().addLast("tls", tlsHandler);
    channel.pipeline().addLast("tls-gather", gather);
    channel
        .pipeline()
        .addLast("tls-handshake", new TlsHandshake(link, outcome(link, protocol, place)));
  }

  /** The oldest of the source that has the most of them goes, so that there is room for others. */
  private void pushedOut(Channel channel, Link link) {
    Fault fault =
        Fault.of(
            ErrorCode.CONNECTION_LIMIT,
            tls.settings().maxHandshakes()
                + " handshakes are under way (max-handshakes); this was the oldest of where most of"
                + " them are from");
    listener.onEvent(new Event.Denied(String.valueOf(link.peer()), fault));
    channel.close();
  }

  private TlsHandshake.Outcome outcome(
      Link link, ByteStreams.Protocol protocol, Places.Place place) {
    return new TlsHandshake.Outcome() {
      @Override
      public void shaken(Channel channel, Link known) {
        place.leave(channel);
        protocol.start(channel, known);
      }

      @Override
      public void failed(Channel channel, Fault fault) {
        place.leave(channel);
        listener.onEvent(new Event.HandshakeFailed(String.valueOf(link.peer()), fault));
      }
    };
  }

  private ChannelHandler handler(ByteBufAllocator allocator) {
    return tls.choosesByName()
        ? new ByName(tls)
        : handler(tls.newEngine(allocator, null), tls.settings());
  }

  /** Waits for the name that the client asks for, then puts TLS in its own place. */
  private static final class ByName extends AbstractSniHandler<String> {
    private final TlsServer tls;

    ByName(TlsServer tls) {
      super(MOST_HELLO_BYTES, tls.settings().handshakeTimeout().toMillis());
      this.tls = tls;
    }

    @Override
    protected Future<String> lookup(ChannelHandlerContext ctx, @Nullable String serverName) {
      return ctx.executor().newSucceededFuture(serverName);
    }

    @Override
    protected void onLookupComplete(
        ChannelHandlerContext ctx, @Nullable String serverName, Future<String> ignored) {
      SslHandler ssl = handler(tls.newEngine(ctx.alloc(), serverName), tls.settings());
      ctx.pipeline().replace(this, "tls", ssl);
    }
  }

  static SslHandler handler(SSLEngine engine, TlsSettings settings) {
    SslHandler ssl = new SslHandler(engine);
    ssl.setHandshakeTimeoutMillis(Math.max(1, settings.handshakeTimeout().toMillis()));
    ssl.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MS);
    ssl.setWrapDataSize(WRAP_BYTES);
    return ssl;
  }

  /** The application protocol that a channel has agreed on by ALPN, after the handshake. */
  public static Optional<String> applicationProtocol(Channel channel) {
    SslHandler ssl = channel.pipeline().get(SslHandler.class);
    return ssl == null ? Optional.empty() : Optional.ofNullable(ssl.applicationProtocol());
  }

  /** Takes no more connections. */
  @Override
  public void close() {
    tls.close();
  }
}
