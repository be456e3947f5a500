package io.wirelace.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.ServerBuilder;
import io.wirelace.codec.Codec;
import io.wirelace.dispatch.Answer;
import io.wirelace.dispatch.RunMode;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.session.AttributeKey;
import io.wirelace.session.Message;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.LongAdder;

/** Every kind of handler. */
public final class Handlers {
  private Handlers() {}

  // snippet: records
  /** What is ordered. */
  public record Order(String item, int count, int pricePerItem) {}

  /** What it comes to. */
  public record Bill(String item, int total) {}

  // end

  /** Adds them to a server. */
  public static ServerBuilder addTo(ServerBuilder server, LongAdder ticks, HttpClient http) {
    // snippet: blocking
    server.route(
        "sleep",
        (session, message) -> {
          Thread.sleep(Long.parseLong(message.text())); // a virtual thread: blocking is fine
          return message.body();
        });
    // end

    // snippet: typed
    server.route(
        "order",
        Codec.json(Order.class),
        Codec.json(Bill.class),
        (session, order) -> new Bill(order.item(), order.count() * order.pricePerItem()));
    // end

    // snippet: later
    server.routeAsync(
        "fetch",
        (session, message) ->
            http.sendAsync(
                    HttpRequest.newBuilder(URI.create(message.text())).build(),
                    HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(HttpResponse::body));
    // end

    // snippet: modes
    server.inline("tick", (session, message) -> message.body()); // on the event loop
    server.receive("count", RunMode.INLINE, (session, message) -> ticks.increment());
    server.route("report", RunMode.CONCURRENT, (session, message) -> slowReport());
    // end

    // snippet: headers
    server.exchange(
        "greet",
        (session, message) -> {
          String language = message.header("language").orElse("en");
          byte[] text = (language.equals("fr") ? "bonjour" : "hello").getBytes(UTF_8);
          return Message.of(text).withHeader("language", language);
        });
    // end

    // snippet: interceptor
    server.intercept((session, message, next) -> {
      if (message.route().startsWith("admin.") && session.attribute(USER).isEmpty()) {
        throw new WirelaceException(ErrorCode.PERMISSION_DENIED, "log in first");
      }
      Answer answer = next.proceed(message);
      return answer.map(reply -> reply.withHeader("served-by", "node-1"));
    });
    // end
    return server;
  }

  // snippet: attribute
  static final AttributeKey<String> USER = AttributeKey.of("user", String.class);

  // end

  private static byte[] slowReport() {
    return "done".getBytes(UTF_8);
  }
}
