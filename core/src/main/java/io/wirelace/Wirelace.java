package io.wirelace;

import io.wirelace.error.Result;
import java.util.concurrent.CompletableFuture;

/** Where to start: {@link #server} and {@link #connect}. */
public final class Wirelace {
  private Wirelace() {}

  /** A server to be configured and started. */
  public static ServerBuilder server() {
    return new ServerBuilder();
  }

  /** A client to be configured and connected. */
  public static ClientBuilder client() {
    return new ClientBuilder();
  }

  /**
   * Connects with the default settings.
   *
   * @param uri where to, such as {@code tcp://localhost:7420}
   * @throws io.wirelace.error.WirelaceException if it does not come about: -601 refused, -602 no
   *     answer in time, -609 too many connections, -664 a URI that is none, -1 on an event loop,
   *     and so on
   */
  public static Client connect(String uri) {
    return client().connect(uri);
  }

  /** As {@link #connect}, with the outcome as a value. */
  public static Result<Client> tryConnect(String uri) {
    return client().tryConnect(uri);
  }

  /** As {@link #connect}, without waiting. */
  public static CompletableFuture<Client> connectAsync(String uri) {
    return client().connectAsync(uri);
  }
}
