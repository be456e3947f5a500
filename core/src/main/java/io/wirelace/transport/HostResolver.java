package io.wirelace.transport;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Asks the operating system for a host's address, on threads of its own: a name server that does
 * not answer holds up those who asked for that name, not the event loop and all its connections.
 */
final class HostResolver extends AddressResolverGroup<InetSocketAddress> {
  static final HostResolver INSTANCE = new HostResolver();

  private static final int THREADS = 4;
  private static final int MOST_WAITING = 1024;
  private static final int KEEP_ALIVE_SECONDS = 10;

  private final ThreadPoolExecutor lookups =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          KEEP_ALIVE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(MOST_WAITING),
          Thread.ofPlatform().daemon().name("lace-resolve-", 0).factory());

  private HostResolver() {
    lookups.allowCoreThreadTimeOut(true);
  }

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
    return new Lookup(executor).asAddressResolver();
  }

  private interface Question<T> {
    T ask() throws UnknownHostException;
  }

  private final class Lookup extends InetNameResolver {
    Lookup(EventExecutor executor) {
      super(executor);
    }

    @Override
    protected void doResolve(String host, Promise<InetAddress> promise) {
      InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
      if (literal != null) {
        promise.trySuccess(literal); // nothing to ask anybody
        return;
      }
      answer(promise, () -> InetAddress.getByName(host));
    }

    @Override
    protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
      answer(promise, () -> List.of(InetAddress.getAllByName(host)));
    }

    private <T> void answer(Promise<T> promise, Question<T> question) {
      try {
        lookups.execute(() -> {
          try {
            promise.trySuccess(question.ask());
          } catch (UnknownHostException | RuntimeException e) {
            promise.tryFailure(e);
          }
        });
      } catch (RejectedExecutionException e) {
        UnknownHostException full =
            new UnknownHostException(MOST_WAITING + " look-ups of host names wait already");
        full.initCause(e);
        promise.tryFailure(full);
      }
    }
  }
}
