package io.wirelace.benchmarks.rsocket;

import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.util.ByteBufPayload;
import io.wirelace.benchmarks.contender.Bodies;
import io.wirelace.benchmarks.contender.ClosedLoop;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.contender.Flood;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import reactor.netty.tcp.TcpClient;

/**
 * The client's side. fireAndForget has no flow control of its own, so the flood asks for the count
 * after each window and goes on while at most two windows are unanswered.
 */
final class RsocketDriver implements Driver {
  private static final int WINDOWS = 2;
  private static final int MOST_WINDOW_MESSAGES = 32_768;
  private static final int WINDOW_BYTES = 4_000_000;

  private final int port;
  private final RSocket connection;
  private final List<RSocket> idle = new ArrayList<>();
  private long receivedBefore;

  RsocketDriver(int port) {
    this.port = port;
    this.connection = connect();
  }

  private RSocket connect() {
    return Objects.requireNonNull(
        RSocketConnector.create()
            .payloadDecoder(PayloadDecoder.ZERO_COPY)
            // Not from Reactor Netty's pool, which ends at 500 connections.
            .connect(
                TcpClientTransport.create(TcpClient.newConnection().host("127.0.0.1").port(port)))
            .block());
  }

  @Override
  public Count oneWay(Flood flood) throws Exception {
    Windows windows = new Windows(Math.min(MOST_WINDOW_MESSAGES, WINDOW_BYTES / flood.bodyBytes()));
    long sent = flood.run(windows::send);
    long received = ask(); // behind all that was sent, on the same connection
    long since = received - receivedBefore;
    receivedBefore = received;
    return new Count(sent, since);
  }

  private long ask() {
    Payload answer = Objects.requireNonNull(connection.requestResponse(question()).block());
    long number = answer.sliceData().readLong();
    answer.release();
    return number;
  }

  private static Payload question() {
    return ByteBufPayload.create(Bodies.of(Bodies.HOW_MANY, Bodies.LEAST_BYTES));
  }

  private final class Windows {
    private final Semaphore room = new Semaphore(WINDOWS);
    private final int windowMessages;
    private int left;

    Windows(int windowMessages) {
      this.windowMessages = windowMessages;
    }

    void send(byte[] body) throws InterruptedException {
      if (left == 0) {
        room.acquire();
        left = windowMessages;
      }
      // A payload keeps the array it is given, and this one will be used again.
      connection.fireAndForget(ByteBufPayload.create(body.clone())).subscribe();
      if (--left == 0) {
        connection
            .requestResponse(question())
            .subscribe(answer -> {
              answer.release();
              room.release();
            });
      }
    }
  }

  @Override
  public void requests(ClosedLoop loop, byte[] body) throws InterruptedException {
    RSocket requesting = connect();
    for (int i = 0; i < loop.depth(); i++) {
      next(requesting, loop, body);
    }
    loop.await();
    requesting.dispose();
  }

  private static void next(RSocket on, ClosedLoop loop, byte[] body) {
    long sentNs = System.nanoTime();
    on.requestResponse(ByteBufPayload.create(body))
        .subscribe(
            answer -> {
              answer.release();
              if (loop.answered(sentNs, System.nanoTime())) {
                next(on, loop, body);
              }
            },
            RsocketDriver::failed);
  }

  private static void failed(Throwable cause) {
    cause.printStackTrace();
    System.exit(1);
  }

  @Override
  public void call(byte[] body) {
    call(connection, body);
  }

  private static void call(RSocket on, byte[] body) {
    Payload answer =
        Objects.requireNonNull(on.requestResponse(ByteBufPayload.create(body)).block());
    answer.release();
  }

  @Override
  public void openAnother(byte[] body) {
    RSocket another = connect();
    idle.add(another);
    call(another, body);
  }
}
