package io.wirelace.quic;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import io.wirelace.config.TlsSettings;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.transport.Endpoint;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What happens with datagrams that the kernel does not take. */
final class SendErrorsTest {
  private static final QuicOptions.Socket OPTIONS =
      QuicOptions.of(Endpoint.parse("quic://x"), TlsSettings.DEFAULT).socket();

  private static final InetSocketAddress TO =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  /** A kernel that says later what became of each. */
  private static final class Kernel extends ChannelDuplexHandler {
    private final Queue<ChannelPromise> asked = new ArrayDeque<>();

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      ReferenceCountUtil.release(message);
      asked.add(promise);
    }

    void take() {
      asked.remove().setSuccess();
    }

    void refuse(String why) {
      asked.remove().setFailure(new IOException(why));
    }
  }

  private final List<Event> events = new ArrayList<>();
  private final Kernel kernel = new Kernel();
  private final EmbeddedChannel socket =
      new EmbeddedChannel(kernel, new SendErrors("quic://x", OPTIONS, events::add));

  private void write(int bytes) {
    socket.write(new DatagramPacket(Unpooled.buffer().writeZero(bytes), TO));
  }

  @Test
  void whatTheKernelRefusesIsCountedAndReportedWithItsLength() {
    for (int i = 0; i < 1000; i++) {
      write(100 + i); // more than there is room for at first
    }
    for (int i = 0; i < 300; i++) {
      kernel.take();
    }
    kernel.refuse("No buffer space available");
    for (int i = 301; i < 1000; i++) {
      kernel.take();
    }
    assertThat(events)
        .containsExactly(
            new Event.DatagramsDropped(
                "quic://x", Drop.UNSENT, 1, "No buffer space available (400 bytes)"));
    socket.finishAndReleaseAll();
  }

  @Test
  void aFloodOfRefusalsIsReportedTogether() {
    for (int i = 0; i < 50; i++) {
      write(10);
      kernel.refuse("No buffer space available");
    }
    socket.pipeline().remove(SendErrors.class);
    assertThat(events)
        .containsExactly(
            new Event.DatagramsDropped(
                "quic://x", Drop.UNSENT, 1, "No buffer space available (10 bytes)"),
            new Event.DatagramsDropped("quic://x", Drop.UNSENT, 49, ""));
    socket.finishAndReleaseAll();
  }

  @Test
  void watchingADatagramAllocatesNothing() {
    EmbeddedChannel plain = new EmbeddedChannel(new Taking());
    EmbeddedChannel watched =
        new EmbeddedChannel(new Taking(), new SendErrors("quic://x", OPTIONS, events::add));
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      least = Math.min(least, allocatedBy(watched) - allocatedBy(plain));
    }
    assertThat(least).as("bytes for 10,000 datagrams").isLessThan(10_000);
    plain.finishAndReleaseAll();
    watched.finishAndReleaseAll();
  }

  @ChannelHandler.Sharable
  private static final class Taking extends ChannelDuplexHandler {
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      promise.setSuccess();
    }
  }

  private static long allocatedBy(EmbeddedChannel channel) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    DatagramPacket packet = new DatagramPacket(Unpooled.EMPTY_BUFFER, TO);
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10_000; i++) {
      channel.pipeline().write(packet);
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
