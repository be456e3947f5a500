package io.wirelace.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The token in frames of every kind, there and back. */
class ProofTest {
  private static final long COOKIE = 0x8123456789ABCDEFL;

  /** Of heap buffers, which nobody has to release. */
  private static final ByteBufAllocator ALLOC = new UnpooledByteBufAllocator(false, true);

  private static Proof proof(long cookie) {
    Proof proof = new Proof();
    proof.cookie(cookie);
    proof.prove();
    proof.demand();
    return proof;
  }

  private static ByteBuf buffer(String digits) {
    return Unpooled.copiedBuffer(ByteBufUtil.decodeHexDump(digits.replace(" ", "")));
  }

  private static ByteBuf sign(Proof proof, String digits) {
    return proof.sign(buffer(digits), ALLOC);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000009020000000000000000", // a NOTIFICATION without anything
        "0000000a02000000000000000078",
        "0000000f42000000000000000005 73686f7574", // with a route
        "00000017c2000000000000000005 73686f7574 0001 0161 0001 62 78", // and a header
        "00000012040000000000000000fffffda50000000000", // an ERROR of the connection
        "00000012070000000000000000fffffda50000000000",
        "0000000d050000000000000000 0001 0000", // HELLO without headers
        "00000012060000000000000000 0001 0001 0161 0001 62",
        "00000012030000000000000000001122334455667788" // a probe
      })
  void whatIsSignedIsFoundAndTakenOut(String digits) {
    String sent = digits.replace(" ", "");
    ByteBuf frame = buffer(sent);
    frame.setInt(0, frame.readableBytes() - 4);
    String exact = ByteBufUtil.hexDump(frame);
    ByteBuf signed = proof(COOKIE).sign(frame, ALLOC);
    assertThat(DatagramFrame.isWhole(signed)).isTrue();
    assertThat(proof(COOKIE ^ 0x10000).check(Unpooled.wrappedBuffer(ByteBufUtil.getBytes(signed))))
        .isFalse();
    assertThat(proof(COOKIE).check(buffer(exact))).isFalse();
    assertThat(proof(COOKIE).check(signed)).isTrue();
    assertThat(DatagramFrame.isWhole(signed)).isTrue();
    if (DatagramFrame.isProbe(signed)) {
      assertThat(DatagramFrame.clock(signed)).isPositive();
    } else {
      assertThat(ByteBufUtil.hexDump(signed)).isEqualTo(exact);
    }
  }

  @Test
  void anAnswerIsProvedByTheIdOfItsRequest() {
    Proof asker = proof(COOKIE);
    ByteBuf request = sign(asker, "0000000d 00 0000000000000007 70696e67");
    long wireId = DatagramFrame.id(request);
    assertThat(wireId).isNotEqualTo(7);
    assertThat(proof(COOKIE).check(request)).isTrue();
    assertThat(DatagramFrame.id(request)).isEqualTo(wireId);

    ByteBuf answer = buffer("0000000d 01 0000000000000000 70696e67");
    answer.setLong(5, wireId);
    assertThat(asker.check(answer)).isTrue();
    assertThat(DatagramFrame.id(answer)).isEqualTo(7);
    assertThat(asker.check(buffer("0000000d 01 0000000000000007 70696e67"))).isFalse();
    assertThat(asker.check(buffer("00000012 04 0000000000000007 fffffda5 00 00000000"))).isFalse();

    ByteBuf cancel = sign(asker, "00000009 08 0000000000000007");
    assertThat(DatagramFrame.id(cancel)).isEqualTo(wireId);
    assertThat(proof(COOKIE).check(cancel)).isTrue();
    assertThat(proof(COOKIE).check(buffer("00000009 08 0000000000000007"))).isFalse();
  }

  @Test
  void whatWasAskedBeforeBothKnewIsStillAnswered() {
    Proof early = new Proof();
    early.cookie(COOKIE);
    ByteBuf request = early.sign(buffer("0000000d 00 0000000000000003 70696e67"), ALLOC);
    assertThat(DatagramFrame.id(request)).isEqualTo(3);
    early.prove();
    early.demand();
    assertThat(early.check(buffer("0000000d 01 0000000000000003 70696e67"))).isTrue();
    assertThat(early.check(buffer("0000000d 01 0000000000000004 70696e67"))).isFalse();
    assertThat(DatagramFrame.id(sign(early, "00000009 08 0000000000000003"))).isEqualTo(3);
  }

  @Test
  void theReplyToAProbeBringsItsClockBack() {
    Proof asker = proof(COOKIE);
    ByteBuf probe = sign(asker, "00000012 03 0000000000000000 00 0000000000001234");
    long wire = DatagramFrame.clock(probe);
    assertThat(wire).isPositive(); // no cookie
    ByteBuf reply = DatagramFrame.reply(wire);
    assertThat(asker.check(reply)).isTrue();
    assertThat(DatagramFrame.clock(reply)).isEqualTo(0x1234);
    assertThat(asker.check(DatagramFrame.reply(wire + 1))).isFalse();
    assertThat(asker.check(DatagramFrame.reply(0x1234))).isFalse();
  }

  /** Frames that are damaged behind their length must not be read beyond their end. */
  @Test
  void anyBytesMayCome() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Proof proof = proof(COOKIE);
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[14 + random.nextInt(60)];
      random.nextBytes(bytes);
      ByteBuf frame = Unpooled.wrappedBuffer(bytes).setInt(0, bytes.length - 4);
      if (random.nextBoolean()) {
        frame.setByte(13, random.nextInt(4));
      }
      assertThat(proof.check(frame)).as("seed %d", seed).isFalse();
    }
  }
}
