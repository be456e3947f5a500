package io.wirelace.transport;

import io.wirelace.error.PeerText;
import java.security.cert.X509Certificate;
import java.util.List;

/** Who a peer has proved to be, as far as the transport can tell; immutable. */
public sealed interface PeerIdentity {
  /** For logs: the certificate's subject, or the process. */
  String label();

  /**
   * The holder of a certificate that was verified (TLS, QUIC).
   *
   * @param chain the peer's certificates, its own first
   */
  record Certificate(List<X509Certificate> chain) implements PeerIdentity {
    /** Copies the chain, which holds at least the peer's own. */
    public Certificate {
      chain = List.copyOf(chain);
      if (chain.isEmpty()) {
        throw new IllegalArgumentException("an empty certificate chain identifies nobody");
      }
    }

    /** The peer's own certificate. */
    public X509Certificate own() {
      return chain.getFirst();
    }

    @Override
    public String label() {
      return PeerText.escaped(own().getSubjectX500Principal().getName());
    }
  }

  /**
   * A process of this machine, told by the kernel (Unix sockets).
   *
   * @param pid its process id, or -1 where the kernel does not tell
   * @param uid its user
   * @param gid its group
   */
  record LocalProcess(int pid, int uid, int gid) implements PeerIdentity {
    @Override
    public String label() {
      return "pid " + pid + " uid " + uid + " gid " + gid;
    }
  }
}
