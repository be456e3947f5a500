package io.wirelace.metrics;

import org.slf4j.LoggerFactory;

/**
 * Hears what happens. Called on the thread that caused the event, usually an event loop: be fast,
 * do not block, do not throw. What it throws is logged and goes no further.
 */
@FunctionalInterface
public interface NetworkListener {
  /** Something happened. */
  void onEvent(Event event);

  /** A listener that hears nothing. */
  static NetworkListener none() {
    return event -> {};
  }

  /** This listener first, then another. */
  default NetworkListener andThen(NetworkListener next) {
    return event -> {
      try {
        onEvent(event);
      } finally {
        next.onEvent(event);
      }
    };
  }

  /**
   * This listener, with whatever it throws logged and kept from the caller: an Error of its code is
   * no reason that a connection is not counted as ended.
   */
  default NetworkListener guarded() {
    return event -> {
      try {
        onEvent(event);
      } catch (Throwable e) {
        logFailure(event, e);
      }
    };
  }

  private static void logFailure(Event event, Throwable failure) {
    try {
      LoggerFactory.getLogger(NetworkListener.class)
          .warn("a listener failed at {}", event, failure);
    } catch (Throwable e) {
      // Nothing is left to tell it with: no memory, no stack, or a log that fails as well.
    }
  }
}
