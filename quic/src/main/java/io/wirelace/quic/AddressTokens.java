package io.wirelace.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proves that a client receives what is sent to its address (RFC 9000, section 8.1): a Retry
 * carries a token that only this server can have made, and the client brings it back. Nothing is
 * kept for a client until it has.
 *
 * <pre>
 *  +-----------------+-----------------------+-----------------------------+
 *  | expiry u64, ns  | HMAC-SHA256, 32 bytes | original connection id 0-20 |
 *  +-----------------+-----------------------+-----------------------------+
 *    HMAC over expiry, address, port, original connection id
 * </pre>
 *
 * <p>The key is random and lives as long as the listener. Event loop only.
 */
final class AddressTokens implements QuicTokenHandler {
  static final Duration LIFETIME = Duration.ofSeconds(10);

  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAC_BYTES = 32;
  private static final int ID_OFFSET = Long.BYTES + MAC_BYTES;

  private final Mac mac;
  private final LongSupplier clockNs;
  private final BooleanSupplier asks;

  /**
   * Tokens under a fresh key.
   *
   * @param clockNs the time, in nanoseconds since any moment
   * @param asks whether a client without a token must prove its address now
   */
  AddressTokens(SecureRandom random, LongSupplier clockNs, BooleanSupplier asks) {
    this.clockNs = clockNs;
    this.asks = asks;
    byte[] key = new byte[MAC_BYTES];
    random.nextBytes(key);
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  @Override
  public boolean writeToken(ByteBuf out, ByteBuf dcid, InetSocketAddress address) {
    if (!asks.getAsBoolean()) {
      return false;
    }
    long expiryNs = clockNs.getAsLong() + LIFETIME.toNanos();
    byte[] id = ByteBufUtil.getBytes(dcid);
    out.writeLong(expiryNs).writeBytes(sign(expiryNs, address, id)).writeBytes(id);
    return true;
  }

  /** Where the original connection id begins, or -1 for a token that is not ours for it. */
  @Override
  public int validateToken(ByteBuf token, InetSocketAddress address) {
    int bytes = token.readableBytes();
    if (bytes < ID_OFFSET || bytes > maxTokenLength()) {
      return -1;
    }
    int at = token.readerIndex();
    long expiryNs = token.getLong(at);
    byte[] told = ByteBufUtil.getBytes(token, at + Long.BYTES, MAC_BYTES);
    byte[] id = ByteBufUtil.getBytes(token, at + ID_OFFSET, bytes - ID_OFFSET);
    boolean ours = MessageDigest.isEqual(told, sign(expiryNs, address, id)); // constant time
    long leftNs = expiryNs - clockNs.getAsLong();
    return ours && leftNs > 0 ? ID_OFFSET : -1;
  }

  private byte[] sign(long expiryNs, InetSocketAddress address, byte[] id) {
    byte[] host = address.getAddress().getAddress();
    ByteBuffer rest =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(expiryNs).putInt(address.getPort());
    mac.update(rest.flip());
    mac.update((byte) host.length); // so that no address runs into an id
    mac.update(host);
    return mac.doFinal(id);
  }

  @Override
  public int maxTokenLength() {
    return ID_OFFSET + Quic.MAX_CONN_ID_LEN;
  }
}
