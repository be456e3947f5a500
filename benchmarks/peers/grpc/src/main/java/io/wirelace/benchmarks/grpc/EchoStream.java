package io.wirelace.benchmarks.grpc;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** An open stream, and one application thread that waits for each answer on it. */
final class EchoStream implements StreamObserver<byte[]> {
  private final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
  private final StreamObserver<byte[]> requests;

  EchoStream(ManagedChannel on) {
    requests =
        ClientCalls.asyncBidiStreamingCall(on.newCall(Service.ECHOES, CallOptions.DEFAULT), this);
  }

  void call(byte[] body) throws InterruptedException {
    requests.onNext(body);
    answers.take();
  }

  @Override
  public void onNext(byte[] answer) {
    answers.add(answer);
  }

  @Override
  public void onError(Throwable cause) {
    cause.printStackTrace();
    System.exit(1);
  }

  @Override
  public void onCompleted() {}
}
