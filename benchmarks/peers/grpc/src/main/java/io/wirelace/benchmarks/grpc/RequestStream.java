package io.wirelace.benchmarks.grpc;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.wirelace.benchmarks.contender.ClosedLoop;
import org.jspecify.annotations.Nullable;

/**
 * Requests in flight on one stream, driven on the event loop; answers come in the order of the
 * requests. The first answer sends the other requests of the depth, so that one thread does it all.
 */
final class RequestStream implements ClientResponseObserver<byte[], byte[]> {
  private final ClosedLoop loop;
  private final byte[] body;
  private final long[] sentNs;
  private @Nullable ClientCallStreamObserver<byte[]> requests;
  private long sent;
  private long answered;

  private RequestStream(ClosedLoop loop, byte[] body) {
    this.loop = loop;
    this.body = body;
    this.sentNs = new long[loop.depth()];
  }

  static void start(ManagedChannel on, ClosedLoop loop, byte[] body) {
    RequestStream stream = new RequestStream(loop, body);
    ClientCalls.asyncBidiStreamingCall(on.newCall(Service.ECHOES, CallOptions.DEFAULT), stream);
    stream.request();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<byte[]> toServer) {
    requests = toServer;
  }

  private void request() {
    ClientCallStreamObserver<byte[]> toServer = requests;
    if (toServer == null) {
      throw new IllegalStateException("not started");
    }
    sentNs[(int) (sent++ % sentNs.length)] = System.nanoTime();
    toServer.onNext(body);
  }

  @Override
  public void onNext(byte[] answer) {
    boolean first = answered == 0;
    if (loop.answered(sentNs[(int) (answered++ % sentNs.length)], System.nanoTime())) {
      request();
    }
    for (int i = 1; first && i < loop.depth(); i++) {
      request();
    }
  }

  @Override
  public void onError(Throwable cause) {} // the end, when the channel is shut down

  @Override
  public void onCompleted() {}
}
