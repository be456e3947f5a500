package io.wirelace.quic;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

/** Tokens prove an address, for a while, to the server that made them. */
class AddressTokensTest {
  private static final byte[] ID = {1, 2, 3, 4, 5, 6, 7, 8};

  private long nowNs = 42;
  private boolean asks = true;
  private final AddressTokens tokens = fresh();

  private AddressTokens fresh() {
    return new AddressTokens(new SecureRandom(), () -> nowNs, () -> asks);
  }

  private static InetSocketAddress from(String host, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final InetSocketAddress CLIENT = from("192.0.2.1", 4433);

  private ByteBuf token() {
    ByteBuf out = Unpooled.buffer();
    assertThat(tokens.writeToken(out, Unpooled.wrappedBuffer(ID), CLIENT)).isTrue();
    return out;
  }

  @Test
  void aTokenComesBackWithTheOriginalConnectionId() {
    ByteBuf token = token();
    int offset = tokens.validateToken(token.slice(), CLIENT);
    assertThat(offset).isPositive();
    byte[] id = new byte[token.readableBytes() - offset];
    token.getBytes(offset, id);
    assertThat(id).isEqualTo(ID);
    assertThat(token.readableBytes()).isLessThanOrEqualTo(tokens.maxTokenLength());
  }

  @Test
  void aTokenIsForOneAddressAndPort() {
    assertThat(tokens.validateToken(token(), from("192.0.2.2", 4433))).isEqualTo(-1);
    assertThat(tokens.validateToken(token(), from("192.0.2.1", 4434))).isEqualTo(-1);
    assertThat(tokens.validateToken(token(), from("2001:db8::1", 4433))).isEqualTo(-1);
  }

  @Test
  void aTokenExpires() {
    ByteBuf token = token();
    nowNs += AddressTokens.LIFETIME.toNanos() - 1;
    assertThat(tokens.validateToken(token.slice(), CLIENT)).isPositive();
    nowNs += 1;
    assertThat(tokens.validateToken(token.slice(), CLIENT)).isEqualTo(-1);
  }

  @Test
  void anyChangedBitIsNoticed() {
    ByteBuf token = token();
    for (int bit = 0; bit < 8 * token.readableBytes(); bit++) {
      ByteBuf changed = token.copy();
      changed.setByte(bit / 8, changed.getByte(bit / 8) ^ (1 << (bit % 8)));
      assertThat(tokens.validateToken(changed, CLIENT)).as("bit %d", bit).isEqualTo(-1);
    }
  }

  @Test
  void aTokenCutOrPaddedIsNoticed() {
    ByteBuf token = token();
    for (int length = 0; length < token.readableBytes(); length++) {
      assertThat(tokens.validateToken(token.slice(0, length), CLIENT))
          .as("%d bytes", length)
          .isEqualTo(-1);
    }
    assertThat(tokens.validateToken(token.copy().writeByte(0), CLIENT)).isEqualTo(-1);
    assertThat(tokens.validateToken(Unpooled.wrappedBuffer(new byte[1200]), CLIENT)).isEqualTo(-1);
  }

  @Test
  void anotherServersTokenIsNotOurs() {
    assertThat(fresh().validateToken(token(), CLIENT)).isEqualTo(-1);
  }

  @Test
  void nobodyIsAskedWhileItIsQuiet() {
    asks = false;
    assertThat(tokens.writeToken(Unpooled.buffer(), Unpooled.wrappedBuffer(ID), CLIENT)).isFalse();
  }
}
