package io.wirelace.benchmarks.vertx;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.contender.PortContender;

/** Vert.x's TCP sockets as its users use them: RecordParser, and a write a message. */
public final class VertxSockets implements PortContender {
  private static final int BACKLOG = 4096;

  /** Made by name. */
  public VertxSockets() {}

  /** One event loop, the system's own I/O. */
  static Vertx start() {
    return Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
  }

  @Override
  public int listen() throws Exception {
    NetServer server =
        start()
            .createNetServer(new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(BACKLOG))
            .connectHandler(socket -> socket.handler(Frames.parser(new Counting(socket)::take)));
    return server
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .get()
        .actualPort();
  }

  @Override
  public Driver connect(int port) throws Exception {
    return new VertxDriver(port);
  }

  private static final class Counting {
    private final NetSocket socket;
    private long received;
    private long heads;

    Counting(NetSocket socket) {
      this.socket = socket;
    }

    void take(Buffer body) {
      switch (body.getByte(0)) {
        case Bodies.COUNT_ME -> {
          heads ^= body.getLong(0);
          received++;
        }
        case Bodies.ECHO -> socket.write(Frames.of(body));
        default -> {
          socket.write(Frames.of(Bodies.ofNumber(received)));
          received = 0;
        }
      }
    }

    @Override
    public String toString() {
      return "Counting[" + received + " received, heads " + heads + "]";
    }
  }
}
