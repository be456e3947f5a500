package io.wirelace.dispatch;

import io.wirelace.session.Message;
import io.wirelace.session.Session;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameEncoder;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A registered handler with its name and where it runs. */
final class Route {
  /** How any kind of handler is called. Exactly one way for each route, so that calls inline. */
  @FunctionalInterface
  interface Call {
    /** A ready body, null for an empty one, a {@link Message}, or an {@link Answer}. */
    @Nullable Object call(Session session, Message message) throws Exception;
  }

  private final String name;
  private final byte[] nameBytes;
  private final RunMode mode;
  private final Call call;

  /**
   * A route.
   *
   * @param name its name; empty for the default handler
   */
  Route(String name, RunMode mode, Call call) {
    this.name = name;
    this.nameBytes = name.isEmpty() ? FrameEncoder.NO_BODY : Frame.routeBytes(name);
    this.mode = mode;
    this.call = call;
  }

  static Call of(Handler handler) {
    Objects.requireNonNull(handler, "handler");
    return handler::handle;
  }

  static Call ofAsync(AsyncHandler handler) {
    Objects.requireNonNull(handler, "handler");
    return (session, message) -> {
      CompletionStage<byte[]> stage = handler.handle(session, message);
      return Answer.later(stage.thenApply(body -> Answer.of(body).message()));
    };
  }

  static Call ofExchange(MessageHandler handler) {
    Objects.requireNonNull(handler, "handler");
    return handler::handle;
  }

  static Call ofReceiver(Receiver receiver) {
    Objects.requireNonNull(receiver, "receiver");
    return (session, message) -> {
      receiver.receive(session, message);
      return null;
    };
  }

  /** This route with interceptors around its handler. */
  Route around(List<Interceptor> interceptors) {
    Call wrapped = call;
    for (Interceptor interceptor : interceptors.reversed()) {
      Call inner = wrapped;
      wrapped =
          (session, message) ->
              interceptor.intercept(session, message, next -> answer(inner.call(session, next)));
    }
    return new Route(name, mode, wrapped);
  }

  private static Answer answer(@Nullable Object returned) {
    if (returned instanceof Answer answer) {
      return answer;
    }
    return returned instanceof Message message
        ? Answer.of(message)
        : Answer.of((byte @Nullable []) returned);
  }

  String name() {
    return name;
  }

  byte[] nameBytes() {
    return nameBytes;
  }

  RunMode mode() {
    return mode;
  }

  @Nullable Object call(Session session, Message message) throws Exception {
    return call.call(session, message);
  }
}
