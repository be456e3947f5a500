package io.wirelace.transport.any;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.wirelace.config.TlsSettings;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.Link;
import io.wirelace.transport.ReadBuffers;
import io.wirelace.transport.Transport;
import io.wirelace.transport.TransportContext;
import io.wirelace.transport.Transports;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** After the first bytes nothing is left of the decision. */
class AnyPipelineTest {
  private static final byte[] SIGN_OF_LIFE = {0, 0, 0, 9, 3, 0, 0, 0, 0, 0, 0, 0, 0};

  private final EventLoops loops = new EventLoops(IoBackend.AUTO, 1, "any-test");
  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private final Queue<Link> links = new ConcurrentLinkedQueue<>();
  private final Queue<Integer> capacities = new ConcurrentLinkedQueue<>();
  private final Queue<Integer> reads = new ConcurrentLinkedQueue<>();
  private final List<Channel> channels = new ArrayList<>();

  @AfterEach
  void end() {
    loops.close();
  }

  private int bind(String uri) throws InterruptedException {
    Endpoint endpoint = Endpoint.parse(uri);
    Transport transport = Transports.of(endpoint);
    NetworkListener listener = events::add;
    ChannelFuture bound =
        transport
            .bind(
                endpoint, new TransportContext(loops, this::started, TlsSettings.DEFAULT, listener))
            .sync();
    return ((InetSocketAddress) bound.channel().localAddress()).getPort();
  }

  private void started(Channel channel, Link link) {
    channels.add(channel);
    channel.pipeline().addLast("frames", new Recorder());
    links.add(link);
  }

  private final class Recorder extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf in = (ByteBuf) message;
      capacities.add(in.capacity());
      reads.add(in.readableBytes());
      in.release();
    }
  }

  private int received() {
    return reads.stream().mapToInt(Integer::intValue).sum();
  }

  private List<String> handlersAfter(String uri, byte[]... pieces) throws Exception {
    channels.clear();
    reads.clear();
    capacities.clear();
    int port = bind(uri);
    int total = 0;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      for (byte[] piece : pieces) {
        socket.getOutputStream().write(piece);
        total += piece.length;
      }
      int all = total;
      await().until(() -> received() >= all || !events.isEmpty());
      assertThat(events).isEmpty();
      List<String> names = channels.getFirst().pipeline().names();
      assertThat(names).contains("frames");
      return names;
    }
  }

  @Test
  void theSameHandlersRemainAsOverTcpAlone() throws Exception {
    List<String> tcp = handlersAfter("tcp://127.0.0.1:0", SIGN_OF_LIFE);
    assertThat(handlersAfter("any://127.0.0.1:0", SIGN_OF_LIFE)).isEqualTo(tcp);
    assertThat(links).extracting(Link::transport).containsOnly("tcp");
  }

  @Test
  void behindAProxyTooNothingRemains() throws Exception {
    List<String> tcp = handlersAfter("tcp://127.0.0.1:0", SIGN_OF_LIFE);
    int port = bind("any://127.0.0.1:0?proxy-from=127.0.0.1");
    channels.clear();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".getBytes(US_ASCII));
      socket.getOutputStream().write(SIGN_OF_LIFE);
      await().until(() -> received() >= 2 * SIGN_OF_LIFE.length);
      assertThat(channels.getFirst().pipeline().names()).isEqualTo(tcp);
    }
  }

  @Test
  void theFirstReadIsHandedOnAsItIs() throws Exception {
    handlersAfter("any://127.0.0.1:0", SIGN_OF_LIFE);
    assertThat(capacities).containsExactly(ReadBuffers.BYTES);
    assertThat(reads).containsExactly(SIGN_OF_LIFE.length);
  }
}
