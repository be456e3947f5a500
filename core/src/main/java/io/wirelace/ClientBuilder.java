package io.wirelace;

import io.wirelace.config.Values;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.VirtualThreads;
import io.wirelace.wire.Compression;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Configures a client. */
public final class ClientBuilder extends HandlerBuilder<ClientBuilder> {
  String name = "wirelace-java";
  Duration connectTimeout = Duration.ofSeconds(10);
  IoBackend io = IoBackend.AUTO;
  int ioThreads;
  Compression compression = Compression.NONE;
  boolean greeting = true;

  ClientBuilder() {}

  @Override
  ClientBuilder self() {
    return this;
  }

  /** What the client calls itself in its greeting. */
  public ClientBuilder name(String newName) {
    name = newName;
    return this;
  }

  /**
   * How long connecting may take, the greeting included; default 10 s. What the endpoint has can
   * end it earlier: its own {@code connect-timeout}, and the {@code handshake-timeout} of TLS (10
   * s) and of WebSocket's upgrade (5 s).
   */
  public ClientBuilder connectTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw Values.invalid("connect-timeout", timeout, "more than 0");
    }
    connectTimeout = timeout;
    return this;
  }

  /** How sockets are watched: auto, epoll, kqueue, io_uring or nio. */
  public ClientBuilder io(String backend) {
    io = Server.backend(backend);
    return this;
  }

  /**
   * How many event loops; 0, the default, takes one a processor. All clients of the process that
   * ask for the same number share them.
   *
   * @throws WirelaceException -664 if it is not between 0 and 1024
   */
  public ClientBuilder ioThreads(int threads) {
    if (threads < 0 || threads > 1024) {
      throw Values.invalid("io-threads", threads, "0 to 1024");
    }
    ioThreads = threads;
    return this;
  }

  /**
   * Asks for compression of bodies of 512 bytes and more, where it pays: {@code none}, {@code lz4}
   * or {@code zstd}.
   *
   * @throws WirelaceException -664 if it is another, or its library is not on the class path
   */
  public ClientBuilder compression(String algorithm) {
    Compression asked;
    try {
      asked = Compression.valueOf(algorithm.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw Values.invalid("compression", algorithm, "none, lz4 or zstd");
    }
    String whyNot = asked.whyNot();
    if (whyNot != null) {
      throw new WirelaceException(
          ErrorCode.INVALID_CONFIG,
          "compression: " + algorithm + " does not work here (expected none): " + whyNot);
    }
    compression = asked;
    return this;
  }

  /**
   * Whether to greet with HELLO; default true. Without it the limits of the server are learned by
   * running into them, and there are no heartbeats: for peers that know only the basic frames.
   */
  public ClientBuilder greeting(boolean greet) {
    greeting = greet;
    return this;
  }

  /**
   * Connects, and waits for it.
   *
   * @throws WirelaceException as {@link Wirelace#connect}; -1 on an event loop, which cannot wait
   */
  public Client connect(String uri) {
    if (EventLoops.isCurrentThread()) {
      throw new WirelaceException(
          ErrorCode.INVALID_ARGUMENT, "connect() would block an event loop: use connectAsync");
    }
    return Client.join(connectAsync(uri));
  }

  /** As {@link #connect}, with the outcome as a value. */
  public Result<Client> tryConnect(String uri) {
    try {
      return new Result.Ok<>(connect(uri));
    } catch (WirelaceException e) {
      return new Result.Err<>(e.fault());
    }
  }

  /** As {@link #connect}, without waiting. */
  public CompletableFuture<Client> connectAsync(String uri) {
    VirtualThreads.leaveLoop();
    try {
      return Client.connect(this, Endpoint.parse(uri));
    } catch (WirelaceException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
