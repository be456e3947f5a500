package io.netty.handler.codec.quic;

import javax.net.ssl.SSLEngine;

/** Tells what Netty knows and does not show. */
public final class Resumed {
  private Resumed() {}

  /** Whether a handshake resumed an earlier session. */
  public static boolean is(SSLEngine engine) {
    return ((QuicheQuicSslEngine) engine).isSessionReused();
  }
}
