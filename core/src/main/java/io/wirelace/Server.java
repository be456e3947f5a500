package io.wirelace;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.wirelace.config.Defaults;
import io.wirelace.config.ServerSettings;
import io.wirelace.config.SessionSettings;
import io.wirelace.config.Times;
import io.wirelace.config.Values;
import io.wirelace.dispatch.Dispatcher;
import io.wirelace.dispatch.Routes;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.WirelaceException;
import io.wirelace.metrics.Counters;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.metrics.SessionId;
import io.wirelace.session.Session;
import io.wirelace.session.SessionContext;
import io.wirelace.session.Sessions;
import io.wirelace.transport.ConnectFaults;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.EventLoops;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.Transport;
import io.wirelace.transport.TransportContext;
import io.wirelace.transport.Transports;
import io.wirelace.wire.Compression;
import io.wirelace.wire.Role;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Listens on endpoints and serves sessions. Made by {@link Wirelace#server}.
 *
 * <p>Its life: {@code NEW → RUNNING → STOPPING → STOPPED}, once. Starting it twice fails with -661;
 * starting it after {@link #close} fails with -663; closing it twice, or before it was started,
 * does nothing more. Any thread.
 */
public final class Server implements AutoCloseable {
  private enum State {
    /** Built. */
    NEW,
    /** Listening. */
    RUNNING,
    /** Closing: what was accepted is being finished. */
    STOPPING,
    /** Over. */
    STOPPED
  }

  /** What the end of the event loops takes at most, once every channel is closed. */
  static final Duration LOOPS_END = Duration.ofSeconds(3);

  /** How long {@link #closeNow} lets peers read why they are cut off. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final CompletableFuture<Void> hurried = new CompletableFuture<>();
  private final List<Endpoint> endpoints;
  private final ServerSettings settings;
  private final SessionSettings sessionSettings;
  private final NetworkListener listener;
  private final LongAdder denied = new LongAdder();
  private final LongAdder outOfFiles = new LongAdder();
  private final LongAdder evicted = new LongAdder();
  private final Routes routes;
  private final EventLoops loops;
  private final Sessions sessions;
  private final TransportContext transportContext;
  private final LongAdder failedHandshakes = new LongAdder();

  /** Held while endpoints are bound: whoever closes waits, and finds them all. */
  private final ReentrantLock binding = new ReentrantLock();

  private final List<Listener> listeners = new CopyOnWriteArrayList<>(); // filled by start

  /** A bound endpoint. */
  private record Listener(Endpoint bound, String io, Channel channel) {}

  Server(ServerBuilder builder) {
    endpoints =
        builder.endpoints.isEmpty()
            ? List.of(Endpoint.parse("tcp://" + Defaults.HOST + ":" + Defaults.PORT))
            : List.copyOf(builder.endpoints);
    settings = builder.serverSettings;
    sessionSettings = builder.sessionSettings;
    listener = builder.listener.andThen(this::count);
    routes = builder.routes.build();
    loops =
        new EventLoops(
            backend(settings.io()), settings.ioThreads(), "lace-io", sessionSettings.spinWait());
    Dispatcher dispatcher =
        new Dispatcher(
            routes, listener, sessionSettings, settings.revealErrors(), System::nanoTime);
    SessionContext context =
        new SessionContext(
            Role.SERVER,
            settings.node(),
            sessionSettings,
            dispatcher,
            listener,
            Compression.NONE,
            true,
            new SecureRandom(),
            System::nanoTime);
    sessions =
        new Sessions(
            context, settings.maxConnections(), settings.maxConnectionsPerSource(), session -> {});
    loops.addFailureListener(sessions::endAfterFailure);
    transportContext = new TransportContext(loops, sessions.starter(), builder.tls, listener);
  }

  static IoBackend backend(String name) {
    try {
      return IoBackend.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw Values.invalid("io", name, "auto, epoll, kqueue, io_uring or nio");
    }
  }

  /**
   * Listens on every endpoint, or on none.
   *
   * @return this server
   * @throws WirelaceException -662 if an endpoint cannot be listened on, after which the server is
   *     closed; -661 if it runs; -663 if it was closed; -1 on an event loop, which cannot wait
   */
  public Server start() {
    refuseToBlockALoop("start()");
    if (!state.compareAndSet(State.NEW, State.RUNNING)) {
      throw state.get() == State.RUNNING
          ? new WirelaceException(ErrorCode.SERVER_ALREADY_RUNNING, "start() was called before")
          : new WirelaceException(
              ErrorCode.SERVER_STOPPING,
              "this server was closed (expected a new one from the builder)");
    }
    try {
      bindAll();
    } catch (RuntimeException | Error e) {
      close(); // nothing stays open
      throw e;
    }
    return this;
  }

  private static void refuseToBlockALoop(String what) {
    if (EventLoops.isCurrentThread()) {
      throw new WirelaceException(
          ErrorCode.INVALID_ARGUMENT,
          what + " would block an event loop: call it on another thread");
    }
  }

  private void bindAll() {
    binding.lock();
    try {
      for (Endpoint endpoint : endpoints) {
        if (state.get() != State.RUNNING) {
          throw new WirelaceException(ErrorCode.SERVER_STOPPING, "closed while it was starting");
        }
        bind(endpoint);
      }
    } finally {
      binding.unlock();
    }
  }

  private void bind(Endpoint endpoint) {
    Transport transport = Transports.of(endpoint);
    ChannelFuture bind = transport.bind(endpoint, transportContext).awaitUninterruptibly();
    if (!bind.isSuccess()) {
      Throwable cause = bind.cause();
      throw ConnectFaults.binding(
              endpoint, cause == null ? new IllegalStateException("bind was cancelled") : cause)
          .toException();
    }
    Endpoint bound = transport.bound(endpoint, bind.channel().localAddress());
    String io = transport.io(loops);
    listeners.add(new Listener(bound, io, bind.channel()));
    listener.onEvent(new Event.Listening(bound.uri(), io));
  }

  /** Whether it listens, at every endpoint, and its event loops work. */
  public boolean isRunning() {
    return state.get() == State.RUNNING
        && loops.areAlive()
        && listeners.stream().allMatch(one -> one.channel().isOpen());
  }

  /**
   * The URIs it listens on, with real ports, in the order they were given.
   *
   * @throws WirelaceException -660 before {@link #start}
   */
  public List<String> uris() {
    requireStarted();
    return listeners.stream().map(l -> l.bound().uri()).toList();
  }

  /** The first of {@link #uris}. */
  public String uri() {
    return uris().getFirst();
  }

  /** The I/O mechanisms of {@link #uris}, in the same order: epoll, nio and so on. */
  public List<String> io() {
    requireStarted();
    return listeners.stream().map(Listener::io).toList();
  }

  private void requireStarted() {
    if (state.get() == State.NEW) {
      throw new WirelaceException(ErrorCode.SERVER_NOT_STARTED, "call start() first");
    }
  }

  /** The names of its routes. */
  public List<String> routes() {
    return routes.names();
  }

  // ---- sessions ----

  /** The sessions that are open now. */
  public Collection<Session> sessions() {
    return sessions.all();
  }

  /** The session of an id. */
  public Optional<Session> session(SessionId id) {
    return sessions.find(id);
  }

  /**
   * Offers a notification to every session, as {@link Session#trySend} does: nobody slow holds up
   * the others.
   *
   * @return how many sessions took it
   */
  public int broadcast(String route, byte[] body) {
    return sessions.broadcast(route, body);
  }

  /** Closes a session; false if there is none of that id. */
  public boolean disconnect(SessionId id) {
    Optional<Session> session = sessions.find(id);
    session.ifPresent(Session::close);
    return session.isPresent();
  }

  /** Closes the sessions that match; returns how many. */
  public int disconnectIf(Predicate<? super Session> matches) {
    return sessions.closeIf(matches, CloseReason.local());
  }

  /** What has passed through all sessions since the start. */
  public Counters.Snapshot traffic() {
    return sessions.traffic();
  }

  /** How many connections came to nothing because TLS did not shake hands. */
  public long failedHandshakes() {
    return failedHandshakes.sum();
  }

  /** How many connections were turned away before they became sessions. */
  public long denied() {
    return denied.sum();
  }

  /**
   * How often accepting has paused because no descriptor or memory was left ({@link
   * Event.OutOfFiles}).
   */
  public long outOfFiles() {
    return outOfFiles.sum();
  }

  /** How many sessions were ended because memory was short and they held the most of it. */
  public long evicted() {
    return evicted.sum();
  }

  private void count(Event event) {
    if (event instanceof Event.HandshakeFailed) {
      failedHandshakes.increment();
    } else if (event instanceof Event.Denied turnedAway) {
      denied.add(turnedAway.count());
    } else if (event instanceof Event.OutOfFiles paused) {
      outOfFiles.add(paused.count());
    } else if (event instanceof Event.Evicted) {
      evicted.increment();
    }
  }

  // ---- the end ----

  /**
   * Stops accepting, finishes what was accepted (requests in flight are answered, queues are sent)
   * within the drain timeout, then ends what is left and frees everything. New requests are
   * answered -663 meanwhile, greeted peers are told to go away.
   *
   * <p>Waits until that is done, at most the drain timeout and the close timeout; a second call
   * waits for the first. From inside one of its handlers, or on an event loop, it only begins the
   * shutdown and returns: the handler is among what is waited for.
   */
  @Override
  public void close() {
    boolean first = beginStopping();
    boolean mayWait = !EventLoops.isCurrentThread() && !Dispatcher.isInHandler();
    if (first && mayWait) {
      shutDown();
    } else if (first) {
      Thread.ofPlatform().name("lace-shutdown").start(this::shutDown);
    } else if (mayWait) {
      stopped.join();
    }
  }

  /**
   * As {@link #close}, without the patience: requests in flight are answered -663 at once, their
   * handlers are interrupted, and peers have a second to read that. Cuts short a {@code close()}
   * that is waiting on another thread.
   */
  public void closeNow() {
    hurried.complete(null);
    close();
  }

  private boolean beginStopping() {
    if (state.compareAndSet(State.NEW, State.STOPPED)) {
      loops.close();
      stopped.complete(null);
      return false;
    }
    return state.compareAndSet(State.RUNNING, State.STOPPING);
  }

  private void shutDown() {
    listener.onEvent(new Event.Stopping(sessions.all().size()));
    binding.lock();
    try {
      for (Listener one : listeners) {
        one.channel().close().awaitUninterruptibly(1, TimeUnit.SECONDS);
      }
    } finally {
      binding.unlock();
    }
    int abandoned = endSessions(sessions.stop());
    loops.close();
    loops.awaitEnd(LOOPS_END); // by NIO the kernel listens until the loop has looked again
    state.set(State.STOPPED);
    listener.onEvent(new Event.Stopped(abandoned));
    stopped.complete(null);
  }

  /** Returns how many had to be cut off. */
  private int endSessions(CompletableFuture<Void> empty) {
    CompletableFuture<?> emptyOrHurried = CompletableFuture.anyOf(empty, hurried);
    await(emptyOrHurried, settings.drainTimeout());
    if (empty.isDone()) {
      return 0;
    }
    int abandoned = sessions.connections();
    String why = hurried.isDone() ? "it was told to stop at once" : "the drain timeout is over";
    sessions.closeIf(session -> true, CloseReason.policy(ErrorCode.SERVER_STOPPING, why));
    await(emptyOrHurried, sessionSettings.closeTimeout().plusSeconds(1));
    if (hurried.isDone()) {
      await(empty, LAST_WORDS);
    }
    return abandoned;
  }

  /**
   * Not cut short by an interrupt, which the caller finds again afterwards: what was accepted is
   * delivered, and the time is bounded anyway.
   */
  private static void await(CompletableFuture<?> future, Duration timeout) {
    long end = System.nanoTime() + Times.ns(timeout);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          future.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
          return;
        } catch (TimeoutException | ExecutionException e) {
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits until another thread has closed the server.
   *
   * @throws WirelaceException -660 before {@link #start}; -1 on an event loop, which cannot wait
   */
  public void awaitShutdown() throws InterruptedException {
    requireStarted();
    refuseToBlockALoop("awaitShutdown()");
    try {
      stopped.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // nobody completes it so
    }
  }
}
