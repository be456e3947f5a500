package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.wirelace.transport.HoldsMemory;
import org.junit.jupiter.api.Test;

/** What handlers under a session keep is the session's. */
class HeldBelowTest {
  private static final class Keeps extends ChannelInboundHandlerAdapter implements HoldsMemory {
    private long bytes;

    @Override
    public long heldBytes() {
      return bytes;
    }
  }

  @Test
  void whatAHandlerBelowKeepsIsBookedWithTheSession() {
    Keeps below = new Keeps();
    try (SessionOnTape tape = SessionOnTape.above(below)) {
      SessionMemory memory = tape.session().memory();
      long before = memory.heldBytes();
      long total = MemoryBudget.PROCESS.total();
      below.bytes = 100_000;
      assertThat(memory.heldBytes()).isEqualTo(before + 100_000);
      tape.channel().pipeline().fireChannelReadComplete(); // a read of which nothing came up
      assertThat(MemoryBudget.PROCESS.total()).isGreaterThanOrEqualTo(total + 100_000);
      below.bytes = 0;
      tape.channel().pipeline().fireChannelReadComplete();
      assertThat(memory.heldBytes()).isEqualTo(before);
    }
  }

  @Test
  void whatIsBeingInflatedIsBookedUntilItIsDone() {
    try (SessionOnTape tape = SessionOnTape.of((frame, request) -> false)) {
      SessionMemory memory = tape.session().memory();
      long before = memory.heldBytes();
      memory.inflating(1_000_000);
      assertThat(memory.heldBytes()).isEqualTo(before + 1_000_000);
      memory.inflating(-1_000_000);
      assertThat(memory.heldBytes()).isEqualTo(before);
    }
  }
}
