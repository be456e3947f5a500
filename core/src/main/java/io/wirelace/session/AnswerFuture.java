package io.wirelace.session;

import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An answer as a future. Completed on the event loop; cancelling it tells the peer. */
final class AnswerFuture extends CompletableFuture<byte[]> implements AnswerCallback {
  private @Nullable PendingRequest request;

  /** Its request is on its way, and can be cancelled from now on. */
  AnswerFuture of(PendingRequest sent) {
    request = sent;
    return this;
  }

  @Override
  public void onAnswer(byte[] body) {
    complete(body);
  }

  @Override
  public void onFailure(Fault fault) {
    completeExceptionally(new WirelaceException(fault));
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    PendingRequest sent = request;
    if (cancelled && sent != null) {
      sent.cancel();
    }
    return cancelled;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
