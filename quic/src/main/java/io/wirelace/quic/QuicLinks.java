package io.wirelace.quic;

import io.netty.handler.codec.quic.QuicChannel;
import io.wirelace.transport.Link;
import io.wirelace.transport.PeerIdentity;
import io.wirelace.wire.FrameHeader;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;

/** What is known of a QUIC connection when its session starts. */
final class QuicLinks {
  private QuicLinks() {}

  static Link of(String scheme, QuicChannel channel) {
    SocketAddress peer = Objects.requireNonNull(channel.remoteSocketAddress(), "remote address");
    SocketAddress local = Objects.requireNonNull(channel.localSocketAddress(), "local address");
    return new Link(scheme, peer, local, identity(channel), FrameHeader.MAX_LENGTH);
  }

  private static Optional<PeerIdentity> identity(QuicChannel channel) {
    SSLEngine engine = channel.sslEngine();
    if (engine == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = engine.getSession().getPeerCertificates();
      List<X509Certificate> certificates =
          Arrays.stream(chain).map(X509Certificate.class::cast).toList();
      return certificates.isEmpty()
          ? Optional.empty()
          : Optional.of(new PeerIdentity.Certificate(certificates));
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty(); // it was not asked for one
    }
  }
}
