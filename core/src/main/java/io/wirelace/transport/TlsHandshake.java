package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.wirelace.error.Fault;
import io.wirelace.security.TlsFaults;
import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Waits above TLS for the handshake. Then the protocol is started in its place, with who the peer
 * has proved to be; or the failure is told and the connection closed. Event loop only.
 */
final class TlsHandshake extends ChannelInboundHandlerAdapter {
  /** Who is told. */
  interface Outcome {
    /** Bytes can flow. */
    void shaken(Channel channel, Link link);

    /** The connection is being closed. */
    void failed(Channel channel, Fault fault);
  }

  private final Function<Channel, Link> link;
  private final Outcome outcome;
  private boolean done;

  /** On a channel that is known already. */
  TlsHandshake(Link link, Outcome outcome) {
    this.link = channel -> link;
    this.outcome = outcome;
  }

  /** On a channel that will be connected first. */
  TlsHandshake(String scheme, Outcome outcome) {
    this.link = channel -> Link.of(channel, scheme);
    this.outcome = outcome;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    switch (event) {
      case SslHandshakeCompletionEvent completed when completed.isSuccess() -> succeed(ctx);
      case SslHandshakeCompletionEvent completed -> fail(ctx, completed.cause());
      case SniCompletionEvent sni when !sni.isSuccess() -> fail(ctx, sni.cause());
      default -> {
        if (event == EndOfStream.INSTANCE) {
          fail(ctx, new ClosedChannelException());
        } else {
          ctx.fireUserEventTriggered(event);
        }
      }
    }
  }

  private void succeed(ChannelHandlerContext ctx) {
    if (done) {
      return;
    }
    done = true;
    Channel channel = ctx.channel();
    SslHandler ssl = Objects.requireNonNull(ctx.pipeline().get(SslHandler.class));
    ctx.pipeline().replace(this, "tls-ends", new TlsEnds(ssl));
    TlsRecords records = Objects.requireNonNull(ctx.pipeline().get(TlsRecords.class));
    records.shaken(ssl.engine());
    Link plain = link.apply(channel);
    outcome.shaken(channel, identity(ssl.engine()).map(plain::withIdentity).orElse(plain));
  }

  private static Optional<PeerIdentity> identity(SSLEngine engine) {
    if (!engine.getUseClientMode() && !engine.getNeedClientAuth() && !engine.getWantClientAuth()) {
      return Optional.empty(); // nobody asked; to be told so by an exception costs more
    }
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate certificate : engine.getSession().getPeerCertificates()) {
        if (certificate instanceof X509Certificate x509) {
          chain.add(x509);
        }
      }
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty(); // it showed none, and none was demanded
    }
    return chain.isEmpty() ? Optional.empty() : Optional.of(new PeerIdentity.Certificate(chain));
  }

  private void fail(ChannelHandlerContext ctx, Throwable cause) {
    if (done) {
      return;
    }
    done = true;
    outcome.failed(ctx.channel(), TlsFaults.of(cause));
    ctx.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(ctx, cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(ctx, new ClosedChannelException());
    ctx.fireChannelInactive();
  }
}
