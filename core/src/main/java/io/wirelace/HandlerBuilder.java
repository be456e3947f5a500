package io.wirelace;

import io.wirelace.codec.Codec;
import io.wirelace.config.HandlerCarrier;
import io.wirelace.config.RecordSettings;
import io.wirelace.config.SessionSettings;
import io.wirelace.config.TlsSettings;
import io.wirelace.dispatch.AsyncHandler;
import io.wirelace.dispatch.Handler;
import io.wirelace.dispatch.Interceptor;
import io.wirelace.dispatch.MessageHandler;
import io.wirelace.dispatch.Receiver;
import io.wirelace.dispatch.Routes;
import io.wirelace.dispatch.RunMode;
import io.wirelace.dispatch.TypedHandler;
import io.wirelace.metrics.NetworkListener;
import java.time.Duration;

/**
 * What servers and clients are configured with alike: handlers (both sides may call), bounds and
 * times, and who hears what happens. Not for several threads.
 *
 * @param <B> the builder itself
 */
public abstract sealed class HandlerBuilder<B extends HandlerBuilder<B>>
    permits ServerBuilder, ClientBuilder {
  final Routes.Builder routes = Routes.builder();
  SessionSettings sessionSettings = SessionSettings.DEFAULT;
  NetworkListener listener = NetworkListener.none();
  TlsSettings tls = TlsSettings.DEFAULT;

  HandlerBuilder() {}

  abstract B self();

  /** Certificates, trust and versions for every endpoint that does not say otherwise. */
  public B tls(TlsSettings settings) {
    tls = settings;
    return self();
  }

  // ---- handlers ----

  /**
   * Handles a route. The handler may block: it runs on a virtual thread, one session's messages in
   * order, different sessions side by side.
   *
   * @throws io.wirelace.error.WirelaceException -7 if the route has a handler
   */
  public B route(String name, Handler handler) {
    routes.add(name, RunMode.ORDERED, handler);
    return self();
  }

  /** Handles a route where the mode says. */
  public B route(String name, RunMode mode, Handler handler) {
    routes.add(name, mode, handler);
    return self();
  }

  /**
   * Handles a route with objects that codecs make of bodies; an undecodable one is answered -648.
   */
  public <I, O> B route(String name, Codec<I> in, Codec<O> out, TypedHandler<I, O> handler) {
    routes.addTyped(name, in, out, handler);
    return self();
  }

  /** Handles a route on the event loop: fastest, and it must not block. */
  public B inline(String name, Handler handler) {
    return route(name, RunMode.INLINE, handler);
  }

  /** Handles a route by answering later. */
  public B routeAsync(String name, AsyncHandler handler) {
    routes.addAsync(name, RunMode.ORDERED, handler);
    return self();
  }

  /** Handles a route by answering with headers. */
  public B exchange(String name, MessageHandler handler) {
    routes.addExchange(name, RunMode.ORDERED, handler);
    return self();
  }

  /** Takes the notifications of a route. */
  public B receive(String name, Receiver receiver) {
    routes.addReceiver(name, RunMode.ORDERED, receiver);
    return self();
  }

  /** Takes the notifications of a route where the mode says. */
  public B receive(String name, RunMode mode, Receiver receiver) {
    routes.addReceiver(name, mode, receiver);
    return self();
  }

  /** Handles messages without a route. */
  public B defaultRoute(Handler handler) {
    return route("", handler);
  }

  /** Handles messages without a route where the mode says. */
  public B defaultRoute(RunMode mode, Handler handler) {
    return route("", mode, handler);
  }

  /** Puts code around every handler, inside the interceptors added before. */
  public B intercept(Interceptor interceptor) {
    routes.intercept(interceptor);
    return self();
  }

  // ---- settings ----

  /** Replaces all bounds and times of sessions. */
  public B sessionSettings(SessionSettings settings) {
    sessionSettings = settings;
    return self();
  }

  /**
   * Changes one setting by its dashed name, such as {@code max-in-flight}; every setting that a
   * configuration file can have. Those of TLS begin with {@code tls-}: {@code tls-cert}.
   *
   * @param value of the setting's type, or a text such as {@code 64KiB} or {@code 500ms}
   * @throws io.wirelace.error.WirelaceException -664 naming what is wrong
   */
  public B set(String name, Object value) {
    if (name.startsWith(TlsSettings.PREFIX)) {
      tls = tls.with(name.substring(TlsSettings.PREFIX.length()), value);
      return self();
    }
    sessionSettings = RecordSettings.with(sessionSettings, name, value);
    return self();
  }

  /** The greatest frame taken, 9 to 16,777,215 bytes. */
  public B maxFrameBytes(int bytes) {
    return set("max-frame-bytes", bytes);
  }

  /** Requests that may be unanswered in one session. */
  public B maxInFlight(int requests) {
    return set("max-in-flight", requests);
  }

  /** How long a request waits for its answer unless told otherwise. */
  public B requestTimeout(Duration timeout) {
    return set("request-timeout", timeout);
  }

  /**
   * Which thread carries the virtual threads of ordered handlers; by default the JDK's pool, where
   * no handler can stop an event loop.
   */
  public B handlerCarrier(HandlerCarrier carrier) {
    return set("handler-carrier", carrier);
  }

  /**
   * How long the thread of a lone {@code request} may stay awake for its answer, and an event loop
   * for what comes next, before they sleep: 50 µs by default, at most 1 ms, zero never.
   */
  public B spinWait(Duration most) {
    return set("spin-wait", most);
  }

  /** How often a quiet, greeted session is asked for a sign of life; zero never. */
  public B heartbeatInterval(Duration interval) {
    return set("heartbeat-interval", interval);
  }

  /** How long a peer that did not greet may be silent; zero for ever. */
  public B idleTimeout(Duration timeout) {
    return set("idle-timeout", timeout);
  }

  /** How long a peer may be silent in the middle of a frame; zero for ever. */
  public B readTimeout(Duration timeout) {
    return set("read-timeout", timeout);
  }

  /** Adds somebody who hears what happens, on the thread that caused it. */
  public B on(NetworkListener added) {
    listener = listener.andThen(added.guarded());
    return self();
  }
}
