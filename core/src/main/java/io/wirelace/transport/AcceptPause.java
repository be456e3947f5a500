package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.Errors;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import java.util.Locale;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stops accepting while the system has no descriptor or memory for one connection more. The kernel
 * keeps those that wait, up to the backlog. Accepting is tried again when a connection of this
 * listener has ended, and every {@value #PAUSE_MS} ms in any case.
 *
 * <pre>
 *   accepting ── accept fails ──► paused ── a connection ended, or the time is over ──► accepting
 * </pre>
 *
 * <p>Other failures of accept pause it as well: an error that stays must not keep a processor busy.
 * Belongs to its listener's event loop.
 */
final class AcceptPause extends ChannelInboundHandlerAdapter {
  static final long PAUSE_MS = 500;

  /** While it lasts, it is told again no sooner than that. */
  static final long TELL_AGAIN_NS = TimeUnit.SECONDS.toNanos(60);

  private static final int ENOMEM = 12;
  private static final int ENFILE = 23;
  private static final int EMFILE = 24;

  private final String uri;
  private final NetworkListener listener;
  private final LongSupplier clock;

  /** Says when a connection has ended, on whatever loop carried it. */
  private final ChannelFutureListener onEnd = this::ended;

  private @Nullable ChannelHandlerContext ctx;
  private @Nullable Future<?> timer;
  private volatile boolean paused;

  /** Pauses that no event has told yet. */
  private long untold;

  private boolean told;
  private long toldNs;

  /**
   * For one listener.
   *
   * @param clock nanoseconds, as {@link System#nanoTime}
   */
  AcceptPause(Endpoint endpoint, NetworkListener listener, LongSupplier clock) {
    this.uri = endpoint.uri();
    this.listener = listener;
    this.clock = clock;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
  }

  @Override
  public void channelRead(ChannelHandlerContext read, Object accepted) {
    ((Channel) accepted).closeFuture().addListener(onEnd);
    read.fireChannelRead(accepted);
  }

  /** It ends here: Netty's own acceptor would pause too, and have a warning logged each time. */
  @Override
  public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
    if (!failed.channel().isOpen()) {
      return; // the accept that closing cancelled
    }
    if (!paused) {
      // First: if there is no memory for it, accepting must not stop for good.
      timer = failed.executor().schedule(this::resume, PAUSE_MS, TimeUnit.MILLISECONDS);
      paused = true;
      failed.channel().config().setAutoRead(false);
      tell(cause);
    }
  }

  private void tell(Throwable cause) {
    untold++;
    long now = clock.getAsLong();
    if (told && now - toldNs < TELL_AGAIN_NS) {
      return;
    }
    told = true;
    toldNs = now;
    long count = untold;
    untold = 0;
    String text = String.valueOf(cause.getMessage());
    listener.onEvent(
        isShortage(cause)
            ? new Event.OutOfFiles(uri, text, count)
            : new Event.Denied(
                "", Fault.of(ErrorCode.CONNECTION_FAILED, uri + " cannot accept: " + text), count));
  }

  /** Whether it is the system that has no room; the JDK has only words for it. */
  static boolean isShortage(Throwable cause) {
    int errno = cause instanceof Errors.NativeIoException ours ? -ours.expectedErr() : 0;
    if (errno == ENOMEM || errno == ENFILE || errno == EMFILE) {
      return true; // whatever language the system speaks
    }
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("too many open files")
        || text.contains("file descriptors") // musl
        || text.contains("cannot allocate memory")
        || text.contains("no buffer space");
  }

  private void ended(ChannelFuture closed) {
    ChannelHandlerContext on = ctx;
    if (paused && on != null && !on.executor().isShuttingDown()) {
      on.executor().execute(this::resume);
    }
  }

  private void resume() {
    ChannelHandlerContext on = ctx;
    if (paused && on != null) {
      paused = false;
      stopTimer();
      on.channel().config().setAutoRead(true);
    }
  }

  private void stopTimer() {
    Future<?> running = timer;
    if (running != null) {
      timer = null;
      running.cancel(false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext inactive) {
    stopTimer();
    inactive.fireChannelInactive();
  }
}
