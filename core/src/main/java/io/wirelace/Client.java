package io.wirelace;

import io.netty.channel.ChannelFuture;
import io.wirelace.config.SessionSettings;
import io.wirelace.config.Times;
import io.wirelace.dispatch.Dispatcher;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.Result;
import io.wirelace.error.WirelaceException;
import io.wirelace.session.AnswerCallback;
import io.wirelace.session.Message;
import io.wirelace.session.SendResult;
import io.wirelace.session.Session;
import io.wirelace.session.SessionContext;
import io.wirelace.session.Sessions;
import io.wirelace.transport.ConnectFaults;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.Transport;
import io.wirelace.transport.TransportContext;
import io.wirelace.transport.Transports;
import io.wirelace.wire.Role;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a server, as a client sees it: requests and notifications there, and through the
 * handlers it was built with also back. Made by {@link Wirelace#connect}. Any thread.
 */
public final class Client implements AutoCloseable {
  private final Session session;
  private final Endpoint endpoint;
  private final SessionSettings settings;
  private final Loops loops;

  /**
   * The loops that it shares.
   *
   * @param released done when this client has given them up
   */
  private record Loops(SharedLoops shared, CompletableFuture<CloseReason> released) {}

  private Client(Session session, Endpoint endpoint, SessionSettings settings, Loops loops) {
    this.session = session;
    this.endpoint = endpoint;
    this.settings = settings;
    this.loops = loops;
  }

  static CompletableFuture<Client> connect(ClientBuilder builder, Endpoint endpoint) {
    Transport transport = Transports.of(endpoint);
    SharedLoops shared =
        SharedLoops.acquire(builder.io, builder.ioThreads, builder.sessionSettings.spinWait());
    CompletableFuture<Session> opened = new CompletableFuture<>();
    AtomicBoolean ends = new AtomicBoolean();
    ChannelFuture connecting;
    CompletableFuture<CloseReason> released;
    try {
      Sessions sessions = new Sessions(context(builder), 1, opened::complete);
      EventLoops.FailureListener atFailure = sessions::endAfterFailure;
      shared.loops().addFailureListener(atFailure);
      sessions
          .neverOpens()
          .thenAccept(reason -> {
            ends.set(true);
            opened.completeExceptionally(new WirelaceException(reason.fault()));
          });
      released =
          sessions
              .firstEnd()
              .whenComplete((reason, never) -> {
                opened.completeExceptionally(new WirelaceException(reason.fault()));
                shared.loops().removeFailureListener(atFailure);
                shared.release();
              });
      connecting =
          transport.connect(
              endpoint,
              new TransportContext(
                  shared.loops(), sessions.starter(), builder.tls, builder.listener));
      connecting.addListener(done -> {
        Throwable cause = done.cause();
        if (cause != null) {
          Fault fault = ConnectFaults.connecting(endpoint, cause);
          sessions.firstEnd().complete(new CloseReason(CloseReason.Initiator.REMOTE, fault));
        }
      });
    } catch (RuntimeException | Error e) {
      shared.release();
      throw e;
    }
    Duration timeout = builder.connectTimeout;
    CompletableFuture<Client> result =
        opened
            .thenApply(session ->
                new Client(session, endpoint, builder.sessionSettings, new Loops(shared, released)))
            .orTimeout(Times.ns(timeout), TimeUnit.NANOSECONDS)
            .handle((client, failure) -> {
              if (client == null) {
                throw connectFault(endpoint, timeout, failure).toException();
              }
              return client;
            });
    result.whenComplete((client, failure) -> {
      // A session that ends by itself still tells the peer why.
      if (failure != null && !ends.get()) {
        connecting.channel().close(); // out of time, or cancelled: nobody will want it
      }
    });
    return result;
  }

  private static Fault connectFault(
      Endpoint endpoint, Duration timeout, @Nullable Throwable failure) {
    return failure instanceof TimeoutException
        ? Fault.of(
            ErrorCode.CONNECTION_TIMEOUT,
            endpoint.uri()
                + ": not connected and greeted within "
                + Times.ms(timeout)
                + " ms (the client's connect timeout)")
        : connectFault(failure);
  }

  private static Fault connectFault(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause == null
        ? Fault.of(ErrorCode.CONNECTION_FAILED, "not connected")
        : Fault.from(cause, ErrorCode.CONNECTION_FAILED);
  }

  private static SessionContext context(ClientBuilder builder) {
    SessionSettings settings = builder.sessionSettings;
    return new SessionContext(
        Role.CLIENT,
        builder.name,
        settings,
        new Dispatcher(builder.routes.build(), builder.listener, settings, false, System::nanoTime),
        builder.listener,
        builder.compression,
        builder.greeting,
        new SecureRandom(),
        System::nanoTime);
  }

  /** Waits for a connect, and unwraps what went wrong. */
  static Client join(CompletableFuture<Client> connecting) {
    try {
      return connecting.get();
    } catch (InterruptedException e) {
      connecting.thenAccept(Client::close);
      Thread.currentThread().interrupt();
      throw new WirelaceException(ErrorCode.CANCELLED, "interrupted while connecting");
    } catch (ExecutionException | CancellationException e) {
      throw connectFault(e.getCause()).toException();
    }
  }

  /** The session with the server. */
  public Session session() {
    return session;
  }

  /** Where it is connected to. */
  public String uri() {
    return endpoint.uri();
  }

  /** Whether messages can be sent. */
  public boolean isOpen() {
    return session.isOpen();
  }

  /** As {@link Session#request(String, byte[])}. */
  public byte[] request(String route, byte[] body) {
    return session.request(route, body);
  }

  /** As {@link Session#request(String, byte[], Duration)}. */
  public byte[] request(String route, byte[] body, Duration timeout) {
    return session.request(route, body, timeout);
  }

  /** As {@link Session#request(Message, Duration)}. */
  public Message request(Message message, Duration timeout) {
    return session.request(message, timeout);
  }

  /** As {@link Session#tryRequest}. */
  public Result<byte[]> tryRequest(String route, byte[] body, Duration timeout) {
    return session.tryRequest(route, body, timeout);
  }

  /** As {@link Session#requestAsync(String, byte[])}. */
  public CompletableFuture<byte[]> requestAsync(String route, byte[] body) {
    return session.requestAsync(route, body);
  }

  /** As {@link Session#requestAsync(String, byte[], Duration)}. */
  public CompletableFuture<byte[]> requestAsync(String route, byte[] body, Duration timeout) {
    return session.requestAsync(route, body, timeout);
  }

  /** As {@link Session#requestAsync(String, byte[], AnswerCallback)}. */
  public void requestAsync(String route, byte[] body, AnswerCallback callback) {
    session.requestAsync(route, body, callback);
  }

  /** As {@link Session#requestAsync(String, byte[], Duration, AnswerCallback)}. */
  public void requestAsync(String route, byte[] body, Duration timeout, AnswerCallback callback) {
    session.requestAsync(route, body, timeout, callback);
  }

  /** As {@link Session#send(String, byte[])}. */
  public void send(String route, byte[] body) {
    session.send(route, body);
  }

  /** As {@link Session#send(Message)}. */
  public void send(Message message) {
    session.send(message);
  }

  /** As {@link Session#trySend(String, byte[])}. */
  public SendResult trySend(String route, byte[] body) {
    return session.trySend(route, body);
  }

  /** Completes when the connection is over, with the reason. */
  public CompletionStage<CloseReason> whenClosed() {
    return session.whenClosed();
  }

  /**
   * Ends the connection after what was sent has been delivered; waits for that, at most the close
   * timeout. From inside one of its handlers, or on an event loop, it returns at once.
   */
  @Override
  public void close() {
    session.close();
    if (EventLoops.isCurrentThread() || Dispatcher.isInHandler()) {
      return;
    }
    try {
      session
          .whenClosed()
          .toCompletableFuture()
          .get(settings.closeTimeout().plusSeconds(1).toNanos(), TimeUnit.NANOSECONDS);
      loops.released().get(1, TimeUnit.SECONDS);
      loops.shared().awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the session did not end by itself", e);
    }
  }
}
