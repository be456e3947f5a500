package io.wirelace.benchmarks.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.benchmarks.contender.ClosedLoop;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.contender.Flood;
import io.wirelace.benchmarks.contender.PortContender;

/**
 * The reference: a Netty pair made by somebody who knows how, without sessions, routes, deadlines
 * or bounds of any kind but the sender's.
 */
public final class TunedNetty implements PortContender {
  /** Made by name. */
  public TunedNetty() {}

  @Override
  public int listen() throws InterruptedException {
    return new Sockets().listen(channel -> setUp(channel, new TunedServer()));
  }

  @Override
  public Driver connect(int port) throws InterruptedException {
    return new TunedDriver(port);
  }

  private static void setUp(Channel channel, ChannelHandler handler) {
    TunedFrames.tune(channel);
    channel.pipeline().addLast(handler);
  }

  private static final class TunedDriver implements Driver {
    private final Sockets sockets = new Sockets();
    private final int port;
    private final Connection connection;

    TunedDriver(int port) throws InterruptedException {
      this.port = port;
      this.connection = open();
    }

    private record Connection(SharedBuffer out, Answers in) {
      byte[] request(byte[] body) {
        return in.await(() -> out.send(body));
      }
    }

    private Connection open() throws InterruptedException {
      Answers answers = new Answers();
      Channel channel = sockets.connect(port, fresh -> setUp(fresh, answers));
      SharedBuffer out = new SharedBuffer(channel);
      answers.whenWritable(out);
      return new Connection(out, answers);
    }

    @Override
    public Count oneWay(Flood flood) throws Exception {
      long sent = flood.run(connection.out()::send);
      byte[] question = Bodies.of(Bodies.HOW_MANY, Bodies.LEAST_BYTES);
      return new Count(sent, Bodies.head(connection.request(question)));
    }

    @Override
    public void requests(ClosedLoop loop, byte[] body) throws InterruptedException {
      Channel channel = sockets.connect(port, fresh -> setUp(fresh, new TunedRequests(loop, body)));
      loop.await();
      channel.close();
    }

    @Override
    public void call(byte[] body) {
      checkEcho(connection, body);
    }

    @Override
    public void openAnother(byte[] body) throws InterruptedException {
      checkEcho(open(), body);
    }

    private static void checkEcho(Connection on, byte[] body) {
      if (on.request(body).length != body.length) {
        throw new IllegalStateException("the echo has another length");
      }
    }
  }
}
