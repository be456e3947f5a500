package io.wirelace.dispatch;

import io.wirelace.session.Session;
import org.jspecify.annotations.Nullable;

/**
 * User code for a route whose bodies a codec turns into objects.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
@FunctionalInterface
public interface TypedHandler<I, O extends @Nullable Object> {
  /** Handles a decoded body. */
  O handle(Session session, I body) throws Exception;
}
