package io.wirelace.benchmarks.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.benchmarks.contender.ClosedLoop;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.contender.Flood;
import io.wirelace.benchmarks.contender.PortContender;

/**
 * What people write first: {@link LengthFieldBasedFrameDecoder}, {@link LengthFieldPrepender} and a
 * {@code writeAndFlush} a message, everything else as it comes.
 */
public final class NaiveNetty implements PortContender {
  private static final int LENGTH_BYTES = 4;
  private static final int MOST_BODY_BYTES = 1 << 24;

  /** Made by name. */
  public NaiveNetty() {}

  @Override
  public int listen() throws InterruptedException {
    return new Sockets().listen(channel -> setUp(channel, new Server()));
  }

  @Override
  public Driver connect(int port) throws InterruptedException {
    return new NaiveDriver(port);
  }

  private static void setUp(Channel channel, ChannelHandler handler) {
    channel
        .pipeline()
        .addLast(
            new LengthFieldBasedFrameDecoder(MOST_BODY_BYTES, 0, LENGTH_BYTES, 0, LENGTH_BYTES),
            new LengthFieldPrepender(LENGTH_BYTES),
            handler);
  }

  private static final class Server extends ChannelInboundHandlerAdapter {
    private long received;
    private long heads;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf body = (ByteBuf) message;
      switch (body.getByte(body.readerIndex())) {
        case Bodies.COUNT_ME -> {
          heads ^= body.getLong(body.readerIndex());
          received++;
          body.release();
        }
        case Bodies.ECHO -> ctx.writeAndFlush(body, ctx.voidPromise());
        default -> {
          body.release();
          ctx.writeAndFlush(ctx.alloc().buffer().writeLong(received), ctx.voidPromise());
          received = 0;
        }
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      ctx.channel().config().setAutoRead(ctx.channel().isWritable());
    }

    @Override
    public String toString() {
      return "Server[" + received + " received, heads " + heads + "]";
    }
  }

  private static final class Requests extends ChannelInboundHandlerAdapter {
    private final ClosedLoop loop;
    private final byte[] body;
    private final long[] sentNs;
    private long sent;
    private long answered;

    Requests(ClosedLoop loop, byte[] body) {
      this.loop = loop;
      this.body = body;
      this.sentNs = new long[loop.depth()];
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      for (int i = 0; i < loop.depth(); i++) {
        request(ctx, System.nanoTime());
      }
    }

    private void request(ChannelHandlerContext ctx, long ns) {
      sentNs[(int) (sent++ % sentNs.length)] = ns;
      ctx.writeAndFlush(ctx.alloc().buffer(body.length).writeBytes(body), ctx.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ((ByteBuf) message).release();
      long now = System.nanoTime();
      if (loop.answered(sentNs[(int) (answered++ % sentNs.length)], now)) {
        request(ctx, now);
      }
    }
  }

  private static final class NaiveDriver implements Driver {
    private final Sockets sockets = new Sockets();
    private final int port;
    private final Connection connection;

    NaiveDriver(int port) throws InterruptedException {
      this.port = port;
      this.connection = open();
    }

    private Connection open() throws InterruptedException {
      NaiveAnswers answers = new NaiveAnswers();
      return new Connection(sockets.connect(port, fresh -> setUp(fresh, answers)), answers);
    }

    @Override
    public Count oneWay(Flood flood) throws Exception {
      long sent = flood.run(connection::send);
      byte[] question = Bodies.of(Bodies.HOW_MANY, Bodies.LEAST_BYTES);
      return new Count(sent, Bodies.head(connection.request(question)));
    }

    @Override
    public void requests(ClosedLoop loop, byte[] body) throws InterruptedException {
      Channel channel = sockets.connect(port, fresh -> setUp(fresh, new Requests(loop, body)));
      loop.await();
      channel.close();
    }

    @Override
    public void call(byte[] body) throws InterruptedException {
      connection.request(body);
    }

    @Override
    public void openAnother(byte[] body) throws InterruptedException {
      open().request(body);
    }
  }

  private record Connection(Channel channel, NaiveAnswers answers) {
    void send(byte[] body) throws InterruptedException {
      answers.awaitWritable(channel);
      channel.writeAndFlush(
          channel.alloc().buffer(body.length).writeBytes(body), channel.voidPromise());
    }

    byte[] request(byte[] body) throws InterruptedException {
      send(body);
      return answers.take();
    }
  }
}
