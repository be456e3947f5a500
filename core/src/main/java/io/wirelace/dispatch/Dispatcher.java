package io.wirelace.dispatch;

import io.wirelace.config.HandlerCarrier;
import io.wirelace.config.SessionSettings;
import io.wirelace.config.Values;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.session.InboundRequest;
import io.wirelace.session.Message;
import io.wirelace.session.MessageSink;
import io.wirelace.session.Session;
import io.wirelace.transport.VirtualThreads;
import io.wirelace.wire.Headers;
import io.wirelace.wire.WireLimits;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives each session a {@link Mailbox}, and calls handlers for it: what they return is answered,
 * what they throw is answered with a code and harms nobody else.
 */
public final class Dispatcher implements MessageSink {
  private final Routes routes;
  private final NetworkListener listener;
  private final SessionSettings settings;
  private final WireLimits limits;
  private final boolean revealErrors;
  private final LongSupplier clock;
  private final Pace.Typical typicalPace = new Pace.Typical();

  /**
   * A dispatcher.
   *
   * @param revealErrors whether callers see what a handler's exception says
   * @param clock nanoseconds, the same that sessions use
   * @throws io.wirelace.error.WirelaceException -664 if the settings want what this JVM does not
   *     allow
   */
  public Dispatcher(
      Routes routes,
      NetworkListener listener,
      SessionSettings settings,
      boolean revealErrors,
      LongSupplier clock) {
    if (settings.handlerCarrier() == HandlerCarrier.LOOP) {
      VirtualThreads.whyNotCarried()
          .ifPresent(whyNot -> {
            throw Values.invalid(
                "handler-carrier", "loop", "auto or pool in this JVM, since " + whyNot);
          });
    }
    this.clock = clock;
    this.routes = routes;
    this.listener = listener;
    this.settings = settings;
    this.limits =
        new WireLimits(
            settings.maxFrameBytes(), settings.maxHeaders(), settings.maxInflationRatio());
    this.revealErrors = revealErrors;
  }

  /**
   * Whether a handler is what calls this. The stack says so, since a handler may change whatever
   * its thread could be marked with. It takes microseconds.
   */
  @SuppressWarnings("ReferenceEquality") // that very class
  public static boolean isInHandler() {
    return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(frames ->
            frames.skip(1).anyMatch(frame -> frame.getDeclaringClass() == Dispatcher.class));
  }

  @Override
  public Inbox open(Session session, Flow flow) {
    return new Mailbox(this, session, flow);
  }

  Routes routes() {
    return routes;
  }

  SessionSettings settings() {
    return settings;
  }

  WireLimits limits() {
    return limits;
  }

  NetworkListener listener() {
    return listener;
  }

  /**
   * What carries a session's handlers on the event loop that this is called on; null if nothing.
   */
  @Nullable LoopCarrier carrier(MessageSink.Flow flow) {
    HandlerCarrier wanted = settings.handlerCarrier();
    return wanted == HandlerCarrier.POOL
            || VirtualThreads.whyNotCarried().isPresent()
            || Thread.currentThread().isVirtual() // a channel without a loop of its own
        ? null
        : new LoopCarrier(
            flow, new Pace(typicalPace, nowNs()), wanted == HandlerCarrier.LOOP, clock);
  }

  long nowNs() {
    return clock.getAsLong();
  }

  /** Calls a handler that may block, on this thread. */
  void call(Route route, Session session, Message message, @Nullable InboundRequest request) {
    if (request == null) {
      callNow(route, session, message, null);
    } else if (request.begin()) {
      try {
        callNow(route, session, message, request);
      } finally {
        request.end();
      }
    }
  }

  /**
   * Calls a handler on this thread, which nobody will interrupt.
   *
   * @return false if its answer comes later, or waits for room
   */
  boolean callNow(Route route, Session session, Message message, @Nullable InboundRequest request) {
    try {
      Object returned;
      try {
        returned = route.call(session, message);
      } finally {
        forgetInterrupt();
      }
      if (returned instanceof Answer answer && !answer.isReady()) {
        String name = route.name();
        answer
            .future()
            .whenComplete((late, failure) -> onLate(name, session, late, failure, request));
        return false;
      }
      if (request != null) {
        answer(route.name(), session, request, returned);
      }
    } catch (Throwable e) {
      failed(route.name(), session, e, request);
    }
    return request == null || !request.waitsForRoom();
  }

  /**
   * An interrupt that the handler got or gave itself ends with it. The same thread answers, and
   * handles the next message: either would fail for no reason of its own.
   */
  private static void forgetInterrupt() {
    boolean unused = Thread.interrupted();
  }

  private void onLate(
      String route,
      Session session,
      @Nullable Message late,
      @Nullable Throwable failure,
      @Nullable InboundRequest request) {
    try {
      finish(route, session, late, failure, request);
    } catch (Throwable e) { // whoever completes the future would not hear of it
      if (request != null && !request.isAnswered()) {
        request.lost(e);
      }
    }
  }

  private void finish(
      String route,
      Session session,
      @Nullable Message late,
      @Nullable Throwable failure,
      @Nullable InboundRequest request) {
    if (failure != null) {
      Throwable cause = failure.getCause();
      failed(
          route,
          session,
          failure instanceof CompletionException && cause != null ? cause : failure,
          request);
    } else if (request != null) {
      answer(route, session, request, late);
    }
  }

  /** Answers; if that fails, the caller learns it, and here it is reported. */
  private void answer(
      String route, Session session, InboundRequest request, @Nullable Object returned) {
    try {
      if (returned instanceof byte[] body) {
        request.answer(body, Headers.NONE);
      } else {
        Message message = message(returned);
        request.answer(message.body(), message.wireHeaders());
      }
    } catch (Throwable e) {
      if (request.isAnswered()) {
        listener.onEvent(new Event.HandlerFailed(session.id(), route, e)); // sending has told it
      } else {
        failed(route, session, e, request); // its body cannot be read
      }
    }
  }

  private static Message message(@Nullable Object returned) {
    return returned instanceof Answer answer
        ? answer.message()
        : returned instanceof Message given ? given : Message.of(new byte[0]);
  }

  private void failed(
      String route, Session session, Throwable failure, @Nullable InboundRequest request) {
    if (request != null && request.isAnswered()) {
      request.over();
      return; // cancelled, or out of time: the interrupt is why it failed
    }
    listener.onEvent(new Event.HandlerFailed(session.id(), route, failure));
    if (request != null) {
      request.fail(fault(failure));
    }
  }

  private Fault fault(Throwable failure) {
    if (failure instanceof WirelaceException ours) {
      return ours.fault();
    }
    return Fault.of(
        ErrorCode.HANDLER_FAILED, revealErrors ? failure.toString() : "the handler failed");
  }
}
