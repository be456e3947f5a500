package io.wirelace.benchmarks.vertx;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.benchmarks.contender.ClosedLoop;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.contender.Flood;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The client's side. The flood runs on the event loop, as Vert.x wants its sockets to be used. */
final class VertxDriver implements Driver {
  private final Vertx vertx = VertxSockets.start();
  private final NetClient client =
      vertx.createNetClient(new NetClientOptions().setTcpNoDelay(true));
  private final int port;
  private final Connection connection;

  VertxDriver(int port) throws Exception {
    this.port = port;
    this.connection = open();
  }

  private record Connection(NetSocket socket, BlockingQueue<Buffer> answers) {
    Buffer request(byte[] body) throws InterruptedException {
      socket.write(Frames.of(body));
      return answers.take();
    }
  }

  private NetSocket connect() throws Exception {
    return client.connect(port, "127.0.0.1").toCompletionStage().toCompletableFuture().get();
  }

  private Connection open() throws Exception {
    NetSocket socket = connect();
    BlockingQueue<Buffer> answers = new LinkedBlockingQueue<>();
    socket.handler(Frames.parser(answers::add));
    return new Connection(socket, answers);
  }

  @Override
  public Count oneWay(Flood flood) throws Exception {
    Pump pump = new Pump(flood, connection.socket());
    vertx.runOnContext(ignored -> pump.run());
    Buffer count = connection.answers().take();
    return new Count(pump.sent, count.getLong(0));
  }

  /** Writes while the socket's queue has room, then waits to be called again. Event loop only. */
  private final class Pump implements Runnable {
    private static final int MESSAGES_A_TURN = 256;

    private final NetSocket socket;
    private final byte[] body;
    private final long deadline;
    private long sent;

    Pump(Flood flood, NetSocket socket) {
      this.socket = socket;
      this.body = Bodies.of(Bodies.COUNT_ME, flood.bodyBytes());
      this.deadline = System.nanoTime() + flood.durationNs();
    }

    @Override
    public void run() {
      for (int i = 0; i < MESSAGES_A_TURN; i++) {
        if (socket.writeQueueFull()) {
          socket.drainHandler(ignored -> run());
          return;
        }
        body[1] = (byte) i;
        socket.write(Frames.of(body));
        sent++;
      }
      if (System.nanoTime() - deadline < 0) {
        vertx.runOnContext(ignored -> run());
      } else {
        socket.write(Frames.of(Bodies.of(Bodies.HOW_MANY, Bodies.LEAST_BYTES)));
      }
    }
  }

  @Override
  public void requests(ClosedLoop loop, byte[] body) throws Exception {
    NetSocket socket = connect();
    long[] sentNs = new long[loop.depth()];
    long[] counts = new long[2]; // sent, answered
    Runnable request =
        () -> {
          sentNs[(int) (counts[0]++ % sentNs.length)] = System.nanoTime();
          socket.write(Frames.of(body));
        };
    socket.handler(
        Frames.parser(answer -> {
          long sent = sentNs[(int) (counts[1]++ % sentNs.length)];
          if (loop.answered(sent, System.nanoTime())) {
            request.run();
          }
        }));
    vertx.runOnContext(ignored -> {
      for (int i = 0; i < loop.depth(); i++) {
        request.run();
      }
    });
    loop.await();
    socket.close();
  }

  @Override
  public void call(byte[] body) throws InterruptedException {
    connection.request(body);
  }

  @Override
  public void openAnother(byte[] body) throws Exception {
    open().request(body);
  }
}
