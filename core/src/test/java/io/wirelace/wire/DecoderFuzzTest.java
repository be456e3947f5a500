package io.wirelace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random and damaged bytes against a decoder that is as simple as can be. Another seed: {@code
 * -Dseed=}.
 */
class DecoderFuzzTest {
  private static final int ROUNDS = 4_000;
  private static final int LIMIT = 600;

  private final long seed = Long.getLong("seed", System.nanoTime());

  @Test
  void randomBytesEndInFramesOrInOneViolation() {
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        // Small lengths, so that more than the first byte is looked at.
        for (int i = 0; i + 4 <= bytes.length; i += 13) {
          bytes[i] = 0;
          bytes[i + 1] = 0;
          bytes[i + 2] = 0;
          bytes[i + 3] = 9;
        }
      }
      judge(bytes, random, round);
    }
  }

  @Test
  void damagedFramesEndInFramesOrInOneViolation() {
    Random random = new Random(seed);
    List<Vector> vectors = Vector.all().stream().filter(v -> v.bytes().length < 2_000).toList();
    for (int round = 0; round < ROUNDS; round++) {
      ByteBuffer bytes = ByteBuffer.allocate(20_000);
      for (int i = random.nextInt(6); i >= 0; i--) {
        Vector vector = vectors.get(random.nextInt(vectors.size()));
        if (vector.lives()) {
          bytes.put(vector.bytes());
        }
      }
      byte[] damaged = Arrays.copyOf(bytes.array(), bytes.position());
      for (int i = random.nextInt(4); i > 0 && damaged.length > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      judge(damaged, random, round);
    }
  }

  private void judge(byte[] bytes, Random random, int round) {
    Role role = random.nextBoolean() ? Role.SERVER : Role.CLIENT;
    WireLimits limits = new WireLimits(LIMIT, 8);
    RecordingSink sink = new RecordingSink(limits);
    FrameDecoder decoder = new FrameDecoder(role, limits, sink);
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    channel.config().setAllocator(allocator);
    long mostKept = 0;
    String what = "seed " + seed + ", round " + round;
    try {
      for (int at = 0; at < bytes.length; ) {
        int size = Math.min(bytes.length - at, 1 + random.nextInt(40));
        ByteBuf in = ByteBufAllocator.DEFAULT.buffer().writeBytes(bytes, at, size);
        channel.writeInbound(in);
        at += size;
        mostKept = Math.max(mostKept, allocator.metric().usedHeapMemory());
        if (random.nextInt(10) == 0) {
          decoder.pause();
          decoder.resume(channel.pipeline().context(decoder));
        }
      }
      channel.checkException();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(what + ": " + e, e);
    } finally {
      channel.finishAndReleaseAll();
    }
    Naive naive = new Naive(role, limits, bytes);
    assertThat(sink.frames).as(what).isEqualTo(naive.frames);
    assertThat(sink.violationCode()).as(what).isEqualTo(naive.violation);
    assertThat(sink.batchBytes).as(what).isEqualTo(naive.bytesOfFrames);
    assertThat(mostKept).as(what).isLessThanOrEqualTo(2L * LIMIT);
  }

  /** The specification's section 1, written down without a thought of speed. */
  private static final class Naive {
    private static final String FLAGS_ROUTED = "0 2";
    private static final String FLAGS_COMPRESSED = "0 1 2 10";
    private static final String FLAGS_HEADERS = "0 1 2 4 7 10";

    final List<String> frames = new ArrayList<>();
    int violation;
    boolean welcomed;
    long bytesOfFrames;

    Naive(Role role, WireLimits limits, byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      while (violation == 0 && in.remaining() >= 4) {
        long length = in.getInt(in.position()) & 0xFFFF_FFFFL;
        if (length < 9) {
          violation = -605;
        } else if (length > limits.maxFrameBytes()) {
          violation = -642;
        } else if (in.remaining() >= 5 && !legal(in.get(in.position() + 4) & 0xFF, role)) {
          violation = -605;
        } else if (in.remaining() < 4 + length) {
          return;
        } else {
          Frame frame = new Frame();
          frame.moveTo(in, in.position());
          frames.add(RecordingSink.describe(frame, limits));
          welcomed |= frame.kind() == 6;
          bytesOfFrames += 4 + length;
          in.position((int) (in.position() + 4 + length));
        }
      }
    }

    private boolean legal(int type, Role role) {
      int kind = type & 0x1F;
      return kind <= 14
          && ((type & 0x20) == 0 || in(FLAGS_COMPRESSED, kind))
          && ((type & 0x40) == 0 || in(FLAGS_ROUTED, kind))
          && ((type & 0x80) == 0 || in(FLAGS_HEADERS, kind))
          && (kind != 5 || (role == Role.SERVER && frames.isEmpty()))
          && (kind != 6 || (role == Role.CLIENT && !welcomed));
    }

    private static boolean in(String list, int kind) {
      return (" " + list + " ").contains(" " + kind + " ");
    }
  }
}
