package io.wirelace.benchmarks.rsocket;

import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.SocketAcceptor;
import io.rsocket.core.RSocketServer;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.netty.server.CloseableChannel;
import io.rsocket.transport.netty.server.TcpServerTransport;
import io.rsocket.util.ByteBufPayload;
import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.contender.PortContender;
import reactor.core.publisher.Mono;

/** RSocket over TCP: fireAndForget and requestResponse, payloads decoded without a copy. */
public final class Rsocket implements PortContender {
  /** Made by name. */
  public Rsocket() {}

  @Override
  public int listen() {
    CloseableChannel server =
        RSocketServer.create(SocketAcceptor.with(new Counting()))
            .payloadDecoder(PayloadDecoder.ZERO_COPY)
            .bindNow(TcpServerTransport.create("127.0.0.1", 0));
    return server.address().getPort();
  }

  @Override
  public Driver connect(int port) {
    return new RsocketDriver(port);
  }

  /** Fields without a guard: one connection floods at a time, on its event loop. */
  private static final class Counting implements RSocket {
    private long received;
    private long heads;

    @Override
    public Mono<Void> fireAndForget(Payload message) {
      heads ^= message.sliceData().readLong();
      received++;
      message.release();
      return Mono.empty();
    }

    @Override
    public Mono<Payload> requestResponse(Payload request) {
      if (request.sliceData().readByte() == Bodies.ECHO) {
        return Mono.just(request);
      }
      request.release();
      return Mono.just(ByteBufPayload.create(Bodies.ofNumber(received)));
    }

    @Override
    public String toString() {
      return "Counting[" + received + " received, heads " + heads + "]";
    }
  }
}
