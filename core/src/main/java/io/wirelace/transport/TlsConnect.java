package io.wirelace.transport;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.Fault;
import io.wirelace.security.TlsClient;
import io.wirelace.wire.Role;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** The client's side of TLS over one byte stream. */
final class TlsConnect implements TlsHandshake.Outcome {
  private final Endpoint endpoint;
  private final TlsSettings settings;
  private final ByteStreams.Protocol protocol;
  private final CompletableFuture<@Nullable Void> shaken = new CompletableFuture<>();

  /** Made on the caller's thread, because files are read for it; the pipeline takes it. */
  private final AtomicReference<@Nullable SSLEngine> engine;

  private TlsConnect(
      Endpoint endpoint, TlsSettings settings, ByteStreams.Protocol protocol, SSLEngine engine) {
    this.endpoint = endpoint;
    this.settings = settings;
    this.protocol = protocol;
    this.engine = new AtomicReference<>(engine);
  }

  /** As {@link ByteStreams#connect}. */
  static ChannelFuture connect(
      Endpoint endpoint,
      TransportContext context,
      List<String> alpn,
      ByteStreams.Protocol protocol) {
    TlsSettings settings = TlsOptions.of(new EndpointOptions(endpoint), context.tls());
    TlsClient.Target target =
        new TlsClient.Target(
            Hosts.withoutZone(StreamSockets.host(endpoint)), StreamSockets.port(endpoint));
    SSLEngine engine =
        TlsClient.newEngine(
            settings, alpn, target, PooledByteBufAllocator.DEFAULT, context.listener());
    TlsConnect one = new TlsConnect(endpoint, settings, protocol, engine);
    ChannelFuture connecting;
    try {
      connecting = StreamSockets.connect(endpoint, context.loops(), one::addTo);
    } catch (RuntimeException e) {
      one.releaseUntaken();
      throw e;
    }
    return one.readyAfter(connecting);
  }

  /** Succeeds when TLS has shaken hands. */
  private ChannelFuture readyAfter(ChannelFuture connecting) {
    ChannelPromise ready = connecting.channel().newPromise();
    connecting.addListener(done -> {
      Throwable cause = done.cause();
      if (cause != null) {
        shaken.completeExceptionally(cause);
        releaseUntaken();
      }
    });
    shaken.whenComplete((nothing, failure) -> {
      if (failure == null) {
        ready.trySuccess();
      } else {
        ready.tryFailure(failure);
      }
    });
    return ready;
  }

  private void releaseUntaken() {
    SSLEngine untaken = engine.getAndSet(null);
    if (untaken != null) {
      ReferenceCountUtil.release(untaken);
    }
  }

  private void addTo(Channel channel) {
    SSLEngine taken = engine.getAndSet(null);
    if (taken == null) {
      channel.close(); // the connect has failed already
      return;
    }
    TlsGather gather = new TlsGather();
    channel.pipeline().addLast("tls-records", new TlsRecords(Role.CLIENT, gather));
    channel.pipeline().addLast("tls", TlsStreams.handler(taken, settings));
    channel.pipeline().addLast("tls-gather", gather);
    channel.pipeline().addLast("tls-handshake", new TlsHandshake(endpoint.scheme(), this));
  }

  @Override
  public void shaken(Channel channel, Link link) {
    protocol.start(channel, link);
    shaken.complete(null);
  }

  @Override
  public void failed(Channel channel, Fault fault) {
    Fault named =
        new Fault(
            fault.number(),
            "cannot connect to " + endpoint.uri() + ": " + fault.message(),
            fault.retryable(),
            fault.retryAfter(),
            fault.cause());
    shaken.completeExceptionally(named.toException());
  }
}
