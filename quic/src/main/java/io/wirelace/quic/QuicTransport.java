package io.wirelace.quic;

import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.quic.Quic;
import io.wirelace.config.Defaults;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.NativeLibraries;
import io.wirelace.error.WirelaceException;
import io.wirelace.security.Credential;
import io.wirelace.transport.AddressRace;
import io.wirelace.transport.ByteStreams;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EndpointOptions;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.Hosts;
import io.wirelace.transport.TlsOptions;
import io.wirelace.transport.Transport;
import io.wirelace.transport.TransportContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Set;

/**
 * QUIC version 1 (RFC 9000): {@code quic://host:port}. The session is the connection; its frames
 * are a byte stream on each bidirectional stream that the client opens. ALPN {@value #ALPN}.
 */
public final class QuicTransport implements Transport {
  /** The application protocol's name inside TLS. */
  static final String ALPN = "lace/1";

  /** Made by ServiceLoader. */
  public QuicTransport() {}

  @Override
  public Set<String> schemes() {
    return Set.of("quic");
  }

  @Override
  public void validate(Endpoint endpoint) {
    EndpointOptions options = new EndpointOptions(endpoint);
    QuicOptions.of(options, TlsSettings.DEFAULT);
    QuicTls.check(TlsOptions.of(options, TlsSettings.DEFAULT));
    options.done();
    if (!endpoint.path().isEmpty() && !endpoint.path().equals("/")) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "endpoint " + endpoint.uri() + ": quic has no path (expected quic://host:port)");
    }
    Throwable cause = Quic.unavailabilityCause();
    if (cause != null) {
      throw Fault.of(
              ErrorCode.UNSUPPORTED_TRANSPORT,
              "quic does not work here: its native library cannot be loaded: "
                  + NativeLibraries.whyNot(cause),
              cause)
          .toException();
    }
  }

  private static TlsSettings tls(Endpoint endpoint, TransportContext context) {
    return TlsOptions.of(new EndpointOptions(endpoint), context.tls());
  }

  @Override
  public ChannelFuture bind(Endpoint endpoint, TransportContext context) {
    TlsSettings settings = tls(endpoint, context);
    QuicListener listener =
        new QuicListener(
            endpoint, QuicOptions.of(endpoint, settings), settings.reloadInterval(), context);
    InetSocketAddress address = Hosts.toListen(endpoint, host(endpoint), port(endpoint));
    LinkLocal.refuse(address, endpoint.uri(), ErrorCode.BIND_FAILED);
    CurrentTls tls = CurrentTls.server(settings, endpoint.uri(), context.listener());
    return QuicListener.bind(listener, tls, address);
  }

  @Override
  public ChannelFuture connect(Endpoint endpoint, TransportContext context) {
    TlsSettings settings = tls(endpoint, context);
    String name =
        Credential.withoutDot(
            settings.serverName().isEmpty()
                ? Hosts.withoutZone(host(endpoint))
                : settings.serverName());
    CurrentTls tls = CurrentTls.client(settings, endpoint.uri(), context.listener());
    QuicOptions options = QuicOptions.of(endpoint, settings);
    AddressRace.Target to =
        new AddressRace.Target(
            host(endpoint),
            port(endpoint),
            Hosts.toConnectFrom(options.socket().bind()),
            options.connectTimeout());
    return AddressRace.connect(
        to,
        context.loops().readinessSockets().next(),
        (address, first) -> {
          LinkLocal.refuse(address, endpoint.uri(), ErrorCode.CONNECTION_FAILED);
          QuicDial.Target target =
              new QuicDial.Target(
                  endpoint.scheme(), address, to.local(), name, port(endpoint), first);
          return new QuicDial(target, options, context, tls.context()).connect();
        });
  }

  static String host(Endpoint endpoint) {
    return endpoint.host().isEmpty() ? Defaults.HOST : endpoint.host();
  }

  private static int port(Endpoint endpoint) {
    return endpoint.port() < 0 ? Defaults.PORT : endpoint.port();
  }

  @Override
  public Endpoint bound(Endpoint endpoint, SocketAddress address) {
    return ByteStreams.bound(endpoint, address);
  }

  @Override
  public String io(EventLoops loops) {
    return loops.readinessBackend().label();
  }
}
