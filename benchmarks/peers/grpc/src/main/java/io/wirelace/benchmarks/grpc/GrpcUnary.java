package io.wirelace.benchmarks.grpc;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.wirelace.benchmarks.contender.ClosedLoop;
import io.wirelace.benchmarks.contender.Driver;
import io.wirelace.benchmarks.contender.Flood;
import io.wirelace.benchmarks.contender.PortContender;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** gRPC with a unary call for each request. */
public final class GrpcUnary implements PortContender {
  /** Made by name. */
  public GrpcUnary() {}

  @Override
  public int listen() throws IOException {
    return Service.serve();
  }

  @Override
  public Driver connect(int port) {
    return new UnaryDriver(port);
  }

  private static final class UnaryDriver implements Driver {
    private final int port;
    private final ManagedChannel connection;
    private final List<ManagedChannel> idle = new ArrayList<>();

    UnaryDriver(int port) {
      this.port = port;
      this.connection = Service.connect(port);
    }

    @Override
    public Count oneWay(Flood flood) {
      throw new UnsupportedOperationException("a unary call has an answer");
    }

    @Override
    public void requests(ClosedLoop loop, byte[] body) throws InterruptedException {
      ManagedChannel requesting = Service.connect(port);
      for (int i = 0; i < loop.depth(); i++) {
        next(requesting, loop, body);
      }
      loop.await();
      requesting.shutdownNow();
    }

    private static void next(ManagedChannel on, ClosedLoop loop, byte[] body) {
      long sentNs = System.nanoTime();
      ClientCalls.asyncUnaryCall(
          on.newCall(Service.ECHO, CallOptions.DEFAULT),
          body,
          new StreamObserver<>() {
            @Override
            public void onNext(byte[] answer) {}

            @Override
            public void onError(Throwable cause) {
              cause.printStackTrace();
              System.exit(1);
            }

            @Override
            public void onCompleted() {
              if (loop.answered(sentNs, System.nanoTime())) {
                next(on, loop, body);
              }
            }
          });
    }

    @Override
    public void call(byte[] body) {
      ClientCalls.blockingUnaryCall(connection, Service.ECHO, CallOptions.DEFAULT, body);
    }

    @Override
    public void openAnother(byte[] body) {
      ManagedChannel another = Service.connect(port);
      idle.add(another);
      ClientCalls.blockingUnaryCall(another, Service.ECHO, CallOptions.DEFAULT, body);
    }
  }
}
