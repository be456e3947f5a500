package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Connects to a host by all its addresses, as RFC 8305 (Happy Eyeballs) has it: families in turn,
 * the next address after 250 ms or as soon as one has failed, the first that connects wins and the
 * others are closed. An address in place of a name is dialled as it is. On one event loop.
 */
public final class AddressRace {
  /** RFC 8305, section 5: Connection Attempt Delay. */
  private static final long ATTEMPT_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Dials one address. */
  @FunctionalInterface
  public interface Dialler {
    /**
     * Begins an attempt.
     *
     * @param first to be asked once, when the attempt has reached the peer and before the peer
     *     learns of a session: whether it is the first to do so; if not, it has to give up
     */
    ChannelFuture dial(InetSocketAddress address, BooleanSupplier first);
  }

  /**
   * Where to.
   *
   * @param host a name or an address
   * @param port the port
   * @param local the address to connect from; null leaves it to the kernel
   * @param timeout for all attempts together; 0 for none
   */
  public record Target(
      String host, int port, @Nullable InetSocketAddress local, Duration timeout) {}

  private final Target target;
  private final Dialler dialler;
  private final EventLoop loop;
  private final RaceChannel face;
  private final ChannelPromise result;
  private final AtomicBoolean decided = new AtomicBoolean();
  private final Deque<InetSocketAddress> waiting = new ArrayDeque<>();
  private final List<ChannelFuture> running = new ArrayList<>();
  private final AddressesFailedException.Builder failures = new AddressesFailedException.Builder();
  private @Nullable ScheduledFuture<?> next;
  private @Nullable ScheduledFuture<?> end;

  private AddressRace(Target target, EventLoop loop, Dialler dialler) {
    this.target = target;
    this.loop = loop;
    this.dialler = dialler;
    this.face = new RaceChannel(this::abandon);
    loop.register(face);
    this.result = face.newPromise();
  }

  /** Connects; the future's channel, when closed, ends what has come of it. */
  public static ChannelFuture connect(Target target, EventLoop loop, Dialler dialler) {
    InetAddress literal;
    try {
      literal = Hosts.literal(target.host);
    } catch (UnknownHostException e) {
      AddressRace lost = new AddressRace(target, loop, dialler);
      lost.fail(e);
      return lost.result;
    }
    if (literal != null) {
      return dialler.dial(new InetSocketAddress(literal, target.port), () -> true);
    }
    return connect(
        target,
        loop,
        dialler,
        HostResolver.INSTANCE
            .getResolver(loop)
            .resolveAll(InetSocketAddress.createUnresolved(target.host, target.port)));
  }

  /** As {@link #connect(Target, EventLoop, Dialler)}, with what a name server has said. */
  static ChannelFuture connect(
      Target target, EventLoop loop, Dialler dialler, Future<List<InetSocketAddress>> addresses) {
    AddressRace race = new AddressRace(target, loop, dialler);
    addresses.addListener(
        (Future<List<InetSocketAddress>> found) -> race.onLoop(() -> race.begin(found)));
    return race.result;
  }

  private void begin(Future<List<InetSocketAddress>> found) {
    Throwable failure = found.cause();
    if (failure != null) {
      fail(failure);
      return;
    }
    long ns = target.timeout.toNanos();
    if (ns > 0) {
      end =
          loop.schedule(
              () -> fail(new ConnectTimeoutException("no address answered in time")),
              ns,
              TimeUnit.NANOSECONDS);
    }
    List<InetSocketAddress> fitting = found.getNow();
    InetSocketAddress local = target.local;
    if (local != null) {
      Class<?> family = local.getAddress().getClass();
      fitting = fitting.stream().filter(a -> a.getAddress().getClass() == family).toList();
      if (fitting.isEmpty()) {
        fail(
            new UnknownHostException(
                target.host
                    + " has no address of the family of "
                    + local.getHostString()
                    + " (bind)"));
        return;
      }
    }
    waiting.addAll(interleave(fitting));
    dialNext();
  }

  /** One of each family in turn, that of the first first, each in its order. */
  static List<InetSocketAddress> interleave(List<InetSocketAddress> addresses) {
    Deque<InetSocketAddress> preferred = new ArrayDeque<>();
    Deque<InetSocketAddress> others = new ArrayDeque<>();
    for (InetSocketAddress address : addresses) {
      boolean same =
          address.getAddress().getClass() == addresses.getFirst().getAddress().getClass();
      (same ? preferred : others).add(address);
    }
    List<InetSocketAddress> mixed = new ArrayList<>(addresses.size());
    while (!preferred.isEmpty() || !others.isEmpty()) {
      if (!preferred.isEmpty()) {
        mixed.add(preferred.remove());
      }
      if (!others.isEmpty()) {
        mixed.add(others.remove());
      }
    }
    return mixed;
  }

  private void dialNext() {
    cancel(next);
    InetSocketAddress address = waiting.poll();
    if (address == null || decided.get() || result.isDone()) {
      return;
    }
    AtomicBoolean mine = new AtomicBoolean();
    ChannelFuture attempt;
    try {
      attempt = dialler.dial(address, () -> mine.get() || claim(mine));
    } catch (RuntimeException e) {
      failed(address, mine.get(), e);
      return;
    }
    running.add(attempt);
    next = loop.schedule(this::dialNext, ATTEMPT_DELAY_NS, TimeUnit.NANOSECONDS);
    attempt.addListener(done ->
        onLoop(() -> {
          running.remove(attempt);
          if (attempt.isSuccess()) {
            won(attempt.channel());
          } else {
            Throwable cause = attempt.cause();
            failed(address, mine.get(), cause == null ? new ClosedChannelException() : cause);
          }
        }));
  }

  private boolean claim(AtomicBoolean mine) {
    if (!decided.compareAndSet(false, true)) {
      return false;
    }
    mine.set(true);
    onLoop(() -> cancel(next));
    return true;
  }

  private void won(Channel channel) {
    if (!face.isOpen()) {
      channel.close();
      return;
    }
    cancel(end);
    face.become(channel);
    closeAll();
    channel.closeFuture().addListener(closed -> face.close());
    result.trySuccess();
  }

  private void failed(InetSocketAddress address, boolean hadWon, Throwable cause) {
    if (hadWon) {
      fail(cause); // it was reached, and then turned us away or broke
      return;
    }
    failures.add(address, cause);
    if (decided.get()) {
      return;
    }
    if (!waiting.isEmpty()) {
      dialNext();
    } else if (running.isEmpty()) {
      fail(failures.build());
    }
  }

  private void fail(Throwable cause) {
    result.tryFailure(cause);
    face.close();
  }

  /** Its channel has been closed: nobody wants it any more. */
  private void abandon() {
    decided.set(true);
    cancel(next);
    cancel(end);
    waiting.clear();
    closeAll();
    result.tryFailure(new ClosedChannelException());
  }

  private void closeAll() {
    List.copyOf(running).forEach(attempt -> attempt.channel().close());
  }

  private void onLoop(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else if (!loop.isShuttingDown()) {
      loop.execute(task);
    }
  }

  private static void cancel(@Nullable ScheduledFuture<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
