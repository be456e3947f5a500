package io.wirelace.dispatch;

import io.wirelace.session.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a handler answers, now or later, as interceptors see it. Either a message that is there, or
 * a future of one.
 */
public final class Answer {
  private final @Nullable Message ready;
  private final @Nullable CompletionStage<Message> later;

  private Answer(@Nullable Message ready, @Nullable CompletionStage<Message> later) {
    this.ready = ready;
    this.later = later;
  }

  /** An answer that is there. */
  public static Answer of(Message message) {
    return new Answer(message, null);
  }

  /** An answer that is there, without headers; null stands for an empty body. */
  public static Answer of(byte @Nullable [] body) {
    return of(Message.of(body == null ? new byte[0] : body));
  }

  /** An answer that comes later. */
  public static Answer later(CompletionStage<Message> message) {
    return new Answer(null, message);
  }

  /** This answer changed, when it comes. */
  public Answer map(Function<? super Message, Message> change) {
    Message now = ready;
    if (now != null) {
      return of(change.apply(now));
    }
    return later(future().thenApply(change));
  }

  /** The answer as a future, complete if it is there. */
  public CompletionStage<Message> future() {
    CompletionStage<Message> stage = later;
    if (stage != null) {
      return stage;
    }
    return CompletableFuture.completedFuture(message());
  }

  /** Whether it is there. */
  public boolean isReady() {
    return ready != null;
  }

  /** The answer that is there. */
  Message message() {
    Message now = ready;
    if (now == null) {
      throw new IllegalStateException("the answer comes later");
    }
    return now;
  }
}
