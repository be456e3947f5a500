package io.wirelace.benchmarks.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.wirelace.benchmarks.contender.Bodies;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** A stream of one-way messages, sent while the call says that it is ready. One thread sends. */
final class CountStream extends ClientCall.Listener<byte[]> {
  /** Messages between two looks at the call: asking takes a lock. */
  private static final int BETWEEN_LOOKS = 16;

  private final ClientCall<byte[], byte[]> call;
  private final Semaphore ready = new Semaphore(0);
  private final CompletableFuture<Long> count = new CompletableFuture<>();
  private int unasked;

  CountStream(ManagedChannel on) {
    call = on.newCall(Service.COUNT, CallOptions.DEFAULT);
    call.start(this, new Metadata());
    call.request(1);
  }

  void send(byte[] body) throws InterruptedException {
    if (unasked == 0) {
      while (!call.isReady()) {
        ready.acquire();
      }
      unasked = BETWEEN_LOOKS;
    }
    unasked--;
    call.sendMessage(body);
  }

  /** Ends the stream; what the receiver counted. */
  long finish() throws Exception {
    call.halfClose();
    return count.get();
  }

  @Override
  public void onReady() {
    ready.release();
  }

  @Override
  public void onMessage(byte[] answer) {
    count.complete(Bodies.head(answer));
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    count.completeExceptionally(status.asRuntimeException()); // nothing, if the count was there
  }
}
