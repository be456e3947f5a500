package io.wirelace.dispatch;

import io.wirelace.codec.Codec;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.session.Message;
import io.wirelace.wire.Frame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The handlers by route. Built once, then read without a lock: a route is found by the bytes on the
 * wire, without making a text of them.
 */
public final class Routes {
  /** Open addressing, at most half full; the default route is not in it. */
  private final @Nullable Route[] table;

  private final @Nullable Route defaultRoute;
  private final boolean allOrdered;
  private final List<String> names;

  private Routes(Builder builder) {
    List<Route> all = new ArrayList<>();
    for (Route route : builder.routes.values()) {
      all.add(route.around(builder.interceptors));
    }
    this.names = all.stream().map(Route::name).filter(name -> !name.isEmpty()).toList();
    this.allOrdered = all.stream().allMatch(route -> route.mode() == RunMode.ORDERED);
    this.table = new Route[Integer.highestOneBit(Math.max(4, 4 * all.size()))];
    Route unrouted = null;
    for (Route route : all) {
      if (route.name().isEmpty()) {
        unrouted = route;
      } else {
        put(route);
      }
    }
    this.defaultRoute = unrouted;
  }

  private void put(Route route) {
    int slot = Frame.routeHash(route.nameBytes()) & table.length - 1;
    while (table[slot] != null) {
      slot = slot + 1 & table.length - 1;
    }
    table[slot] = route;
  }

  /** An empty set to be filled. */
  public static Builder builder() {
    return new Builder();
  }

  /** The names of all routes, in the order of registration. */
  public List<String> names() {
    return names;
  }

  /** Whether every route runs on its session's virtual thread. */
  boolean allOrdered() {
    return allOrdered;
  }

  /** The route of a frame whose blocks are located; null if nobody handles it. */
  @Nullable Route find(Frame frame, @Nullable Route likely) {
    if (frame.routeLength() == 0) {
      return defaultRoute;
    }
    // Most messages go where the one before went.
    if (likely != null && frame.routeIs(likely.nameBytes())) {
      return likely;
    }
    int slot = frame.routeHash() & table.length - 1;
    Route route;
    while ((route = table[slot]) != null) {
      if (frame.routeIs(route.nameBytes())) {
        return route;
      }
      slot = slot + 1 & table.length - 1;
    }
    return null;
  }

  /** Collects handlers. Not for several threads. */
  public static final class Builder {
    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final List<Interceptor> interceptors = new ArrayList<>();

    private Builder() {}

    /** Adds a handler; an empty name makes it the default one. */
    public Builder add(String name, RunMode mode, Handler handler) {
      return add(new Route(name, mode, Route.of(handler)));
    }

    /** Adds a handler that answers later. */
    public Builder addAsync(String name, RunMode mode, AsyncHandler handler) {
      return add(new Route(name, mode, Route.ofAsync(handler)));
    }

    /** Adds a handler that answers with headers. */
    public Builder addExchange(String name, RunMode mode, MessageHandler handler) {
      return add(new Route(name, mode, Route.ofExchange(handler)));
    }

    /** Adds a receiver. */
    public Builder addReceiver(String name, RunMode mode, Receiver receiver) {
      return add(new Route(name, mode, Route.ofReceiver(receiver)));
    }

    /** Adds a typed handler; a body that its codec does not take is answered -648. */
    public <I, O> Builder addTyped(
        String name, Codec<I> in, Codec<O> out, TypedHandler<I, O> handler) {
      return add(
          name,
          RunMode.ORDERED,
          (session, message) -> out.encode(handler.handle(session, decode(in, message))));
    }

    private static <I> I decode(Codec<I> codec, Message message) {
      try {
        return codec.decode(message.body());
      } catch (RuntimeException e) {
        throw new WirelaceException(
            ErrorCode.DECODE_FAILED, "the body is no " + codec.name() + " that this route takes");
      }
    }

    private Builder add(Route route) {
      if (routes.putIfAbsent(route.name(), route) != null) {
        throw new WirelaceException(
            ErrorCode.ALREADY_EXISTS,
            route.name().isEmpty()
                ? "there is a default handler already"
                : "route " + route.name() + " is registered already");
      }
      return this;
    }

    /** Adds an interceptor inside those added before. */
    public Builder intercept(Interceptor interceptor) {
      interceptors.add(interceptor);
      return this;
    }

    /** The routes. */
    public Routes build() {
      return new Routes(this);
    }
  }
}
