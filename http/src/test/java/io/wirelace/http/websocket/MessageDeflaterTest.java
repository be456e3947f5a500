package io.wirelace.http.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageDeflaterTest {
  private static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

  private static byte[] message(Random random) {
    byte[] bytes = new byte[64 + random.nextInt(random.nextInt(10) == 0 ? 300_000 : 2_000)];
    int variety = 1 + random.nextInt(256);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) random.nextInt(variety);
    }
    return bytes;
  }

  @Test
  void whatIsDeflatedInflatesWhateverTheWindow() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      byte[] bytes = message(random);
      ByteBuf message = ALLOCATOR.directBuffer(bytes.length).writeBytes(bytes);
      ByteBuf packed = MessageDeflater.deflate(ALLOCATOR, message, 8 + random.nextInt(8));
      message.release();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      MessageInflater inflater = new MessageInflater(1 << 20);
      MessageInflater.Taker taker =
          piece -> {
            out.writeBytes(ByteBufUtil.getBytes(piece));
            return true;
          };
      inflater.inflate(ALLOCATOR, packed.nioBuffer(), taker);
      inflater.finish(ALLOCATOR, taker);
      inflater.end();
      packed.release();
      assertThat(out.toByteArray()).as("seed %d round %d", seed, round).isEqualTo(bytes);
    }
  }
}
