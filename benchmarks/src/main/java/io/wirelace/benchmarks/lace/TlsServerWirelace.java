package io.wirelace.benchmarks.lace;

import io.wirelace.benchmarks.contender.Contender;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.netty.BareTlsClient;
import io.wirelace.dispatch.RunMode;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Wirelace's TLS server under the client that bare Netty's has too; only for handshakes. It answers
 * on its event loop as the bare one does.
 */
public final class TlsServerWirelace implements Contender {
  private static final String TRUST = "ca=";

  /** A frame's length, type and id; see docs/wire.md. */
  private static final int HEADER_BYTES = 13;

  private static final byte ROUTED_REQUEST = 0x40;

  /** Made by name. */
  public TlsServerWirelace() {}

  @Override
  public String serve() throws Exception {
    return CountingServer.start(RunMode.INLINE, Place.of("tls"), 0);
  }

  @Override
  public Driver drive(String address) throws Exception {
    URI uri = URI.create(address);
    Path authority = Path.of(uri.getQuery().substring(TRUST.length()));
    return new BareTlsClient(
        uri.getPort(),
        authority,
        new BareTlsClient.Exchange(TlsServerWirelace::question, HEADER_BYTES));
  }

  private static byte[] question(byte[] body) {
    byte[] route = CountingServer.ECHO.getBytes(StandardCharsets.US_ASCII);
    int bytes = HEADER_BYTES + 1 + route.length + body.length;
    return ByteBuffer.allocate(bytes)
        .putInt(bytes - 4)
        .put(ROUTED_REQUEST)
        .putLong(1)
        .put((byte) route.length)
        .put(route)
        .put(body)
        .array();
  }
}
