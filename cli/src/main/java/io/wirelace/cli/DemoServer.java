package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.codec.Codec;

/** The server of {@code lace demo}: the demo routes, one that calls back, and one with objects. */
final class DemoServer {
  /** The greatest frame it takes; less than the protocol allows, so that something is too great. */
  static final int MAX_FRAME_BYTES = 1024 * 1024; // 1 MiB

  private DemoServer() {}

  /** What is ordered. */
  record Order(String item, int count) {}

  /** What is answered. */
  record Receipt(String text, int cents) {}

  static Server start(String uri) {
    ServerBuilder builder =
        Wirelace.server()
            .listen(uri)
            .maxFrameBytes(MAX_FRAME_BYTES)
            .defaultRoute((session, message) -> message.body())
            .route(
                "ask.back",
                (session, message) ->
                    ("hello " + new String(session.request("name", message.body()), UTF_8))
                        .getBytes(UTF_8))
            .route(
                "order",
                Codec.json(Order.class),
                Codec.json(Receipt.class),
                (session, order) ->
                    new Receipt(order.count() + " x " + order.item(), order.count() * 250));
    new DemoRoutes().addTo(builder);
    return builder.start();
  }
}
