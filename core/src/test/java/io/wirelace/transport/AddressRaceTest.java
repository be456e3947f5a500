package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.wirelace.error.Fault;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which addresses of a host are tried, when, and which of them wins; by attempts that obey. */
class AddressRaceTest {
  private final EventLoop loop = new DefaultEventLoop();
  private final List<Attempt> attempts = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    loop.shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS);
  }

  private final class Attempt {
    final InetSocketAddress address;
    final BooleanSupplier first;
    final EmbeddedChannel channel = new EmbeddedChannel();
    final ChannelPromise promise = new DefaultChannelPromise(channel, loop);
    final long atNs = System.nanoTime();

    Attempt(InetSocketAddress address, BooleanSupplier first) {
      this.address = address;
      this.first = first;
    }

    boolean connected() {
      boolean wins = first.getAsBoolean();
      if (wins) {
        promise.setSuccess();
      } else {
        promise.setFailure(new java.nio.channels.ClosedChannelException());
      }
      return wins;
    }
  }

  private ChannelFuture dial(InetSocketAddress address, BooleanSupplier first) {
    Attempt attempt = new Attempt(address, first);
    attempts.add(attempt);
    return attempt.promise;
  }

  private static List<InetSocketAddress> hosts(String... literals) {
    return Arrays.stream(literals)
        .map(l ->
            new InetSocketAddress(io.netty.util.NetUtil.createInetAddressFromIpAddressString(l), 1))
        .toList();
  }

  private static List<String> texts(List<InetSocketAddress> addresses) {
    return addresses.stream().map(a -> a.getAddress().getHostAddress()).toList();
  }

  private ChannelFuture race(Duration timeout, @Nullable InetSocketAddress local, String... hosts) {
    return AddressRace.connect(
        new AddressRace.Target("name.test", 1, local, timeout),
        loop,
        this::dial,
        loop.newSucceededFuture(hosts(hosts)));
  }

  private Attempt attempt(int index) {
    await().until(() -> attempts.size() > index);
    return attempts.get(index);
  }

  @Test
  void familiesTakeTurns() {
    assertThat(texts(AddressRace.interleave(hosts("::1", "::2", "::3", "1.1.1.1", "1.1.1.2"))))
        .containsExactlyElementsOf(texts(hosts("::1", "1.1.1.1", "::2", "1.1.1.2", "::3")));
    assertThat(texts(AddressRace.interleave(hosts("1.1.1.1", "1.1.1.2", "::1"))))
        .containsExactlyElementsOf(texts(hosts("1.1.1.1", "::1", "1.1.1.2")));
  }

  @Test
  void theNextAddressIsTriedAsSoonAsOneHasFailed() {
    ChannelFuture result = race(Duration.ZERO, null, "1.1.1.1", "1.1.1.2");
    attempt(0).promise.setFailure(new ConnectException("refused"));
    Attempt second = attempt(1);
    assertThat(second.connected()).isTrue();
    assertThat(result.awaitUninterruptibly(10_000)).isTrue();
    assertThat(result.isSuccess()).isTrue();
    assertThat(result.channel().isActive()).isTrue();
  }

  @Test
  void theNextAddressIsTriedAfterADelayWhileOneIsSilentAndTheFirstToConnectWins() {
    ChannelFuture result = race(Duration.ZERO, null, "1.1.1.1", "1.1.1.2", "1.1.1.3");
    Attempt second = attempt(1);
    assertThat(Duration.ofNanos(second.atNs - attempt(0).atNs))
        .isGreaterThanOrEqualTo(Duration.ofMillis(240));
    assertThat(second.connected()).isTrue();
    assertThat(result.awaitUninterruptibly(10_000)).isTrue();
    assertThat(result.isSuccess()).isTrue();
    await().until(() -> !attempt(0).channel.isOpen());
    assertThat(second.channel.isOpen()).isTrue();
    assertThat(attempt(0).connected()).as("the late one").isFalse();
    result.channel().close();
    await().until(() -> !second.channel.isOpen());
  }

  @Test
  void whatEachSaidIsToldWhenAllHaveFailed() {
    ChannelFuture result = race(Duration.ZERO, null, "1.1.1.1", "1.1.1.2");
    attempt(0).promise.setFailure(new ConnectException("refused"));
    attempt(1).promise.setFailure(new ConnectTimeoutException());
    assertThat(result.awaitUninterruptibly(10_000)).isTrue();
    Throwable cause = result.cause();
    assertThat(cause).isNotNull();
    Fault fault = ConnectFaults.connecting(Endpoint.parse("tcp://name.test:1"), cause);
    assertThat(fault.number()).isEqualTo(-601);
    assertThat(fault.message())
        .contains("2 addresses", "1.1.1.1: connection refused", "1.1.1.2: no answer in time");
    assertThat(result.channel().closeFuture().awaitUninterruptibly(10_000)).isTrue();
  }

  @Test
  void allAttemptsTogetherHaveOneTimeout() {
    ChannelFuture result = race(Duration.ofMillis(100), null, "1.1.1.1", "1.1.1.2");
    assertThat(result.awaitUninterruptibly(10_000)).isTrue();
    assertThat(result.cause()).isInstanceOf(ConnectTimeoutException.class);
    await().until(() -> !attempt(0).channel.isOpen());
  }

  @Test
  void closingWhatStandsForItEndsAllAttempts() {
    ChannelFuture result = race(Duration.ZERO, null, "1.1.1.1", "1.1.1.2");
    Attempt first = attempt(0);
    result.channel().close();
    assertThat(result.awaitUninterruptibly(10_000)).isTrue();
    assertThat(result.isSuccess()).isFalse();
    await().until(() -> !first.channel.isOpen());
    assertThat(first.connected()).isFalse();
  }

  @Test
  void onlyTheFamilyOfTheLocalAddressIsTried() {
    InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    race(Duration.ZERO, local, "::1", "1.1.1.1");
    assertThat(attempt(0).address.getHostString()).isEqualTo("1.1.1.1");
    ChannelFuture none = race(Duration.ZERO, local, "::1");
    assertThat(none.awaitUninterruptibly(10_000)).isTrue();
    assertThat(none.cause()).isInstanceOf(UnknownHostException.class).hasMessageContaining("bind");
  }

  @Test
  void onceReachedAnAddressIsTheOneEvenIfItTurnsUsAway() {
    ChannelFuture result = race(Duration.ZERO, null, "1.1.1.1", "1.1.1.2");
    Attempt first = attempt(0);
    assertThat(first.first.getAsBoolean()).isTrue();
    first.promise.setFailure(new ConnectException("turned away"));
    assertThat(result.awaitUninterruptibly(10_000)).isTrue();
    assertThat(result.cause()).hasMessage("turned away");
    assertThat(attempts).hasSize(1);
  }
}
