package io.wirelace.transport;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who gets a place, and who has to go. */
final class PlacesTest {
  private final List<String> gone = new ArrayList<>();
  private final Map<String, EmbeddedChannel> channels = new HashMap<>();
  private final Map<String, Places.Place> held = new HashMap<>();

  private void enter(Places places, String address, int port) {
    String name = address + "#" + port;
    EmbeddedChannel channel = new EmbeddedChannel();
    channels.put(name, channel);
    held.put(
        name,
        places.enter(
            channel,
            new InetSocketAddress(address, port),
            () -> {
              gone.add(name);
              channel.close();
            }));
    channels.values().forEach(EmbeddedChannel::runPendingTasks);
  }

  @Test
  void theOldestOfTheSourceWithTheMostGoesForANewOne() {
    Places places = new Places(4);
    enter(places, "10.0.0.9", 1);
    for (int i = 1; i <= 3; i++) {
      enter(places, "10.0.0.1", i);
    }
    enter(places, "10.0.0.2", 1);
    assertThat(gone).containsExactly("10.0.0.1#1");
    assertThat(places.taken()).isEqualTo(4);
  }

  @Test
  void aSourceThatFillsAllPlacesPushesOutItsOwn() {
    Places places = new Places(8);
    enter(places, "10.0.0.2", 1);
    for (int i = 1; i <= 100; i++) {
      enter(places, "10.0.0.1", i);
    }
    assertThat(gone).hasSize(93).doesNotContain("10.0.0.2#1");
    assertThat(places.taken()).isEqualTo(8);
  }

  @Test
  void amongSourcesOfOneEachTheOldestGoes() {
    Places places = new Places(3);
    for (int i = 1; i <= 4; i++) {
      enter(places, "10.0.0." + i, 1);
    }
    assertThat(gone).containsExactly("10.0.0.1#1");
  }

  private EmbeddedChannel channel(String name) {
    return requireNonNull(channels.get(name));
  }

  @Test
  void oneThatIsReadyOrClosedLeavesItsPlace() {
    Places places = new Places(2);
    enter(places, "10.0.0.1", 1);
    enter(places, "10.0.0.1", 2);
    requireNonNull(held.get("10.0.0.1#1")).leave(channel("10.0.0.1#1"));
    channel("10.0.0.1#2").close();
    channel("10.0.0.1#1").close();
    assertThat(places.taken()).isZero();
    enter(places, "10.0.0.1", 3);
    enter(places, "10.0.0.1", 4);
    assertThat(gone).isEmpty();
  }

  @Test
  void aSubscribersSlash64IsOneSource() {
    assertThat(source("2001:db8:1:2::1")).isEqualTo(source("2001:db8:1:2:ffff::2"));
    assertThat(source("2001:db8:1:2::1")).isNotEqualTo(source("2001:db8:1:3::1"));
    assertThat(source("10.0.0.1")).isNotEqualTo(source("10.0.0.2"));
    SocketAddress file = UnixDomainSocketAddress.of("/tmp/x");
    assertThat(Places.sourceOf(file))
        .isEqualTo(Places.sourceOf(UnixDomainSocketAddress.of("/tmp/y")));
  }

  private static Object source(String address) {
    return Places.sourceOf(new InetSocketAddress(address, 1));
  }

  @Test
  void theBoundHoldsWhateverComesAndGoes() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Places places = new Places(16);
    for (int i = 0; i < 3000; i++) {
      if (random.nextInt(3) > 0) {
        enter(places, "10.0.0." + random.nextInt(6), i);
      } else if (!channels.isEmpty()) {
        String name = channels.keySet().iterator().next();
        requireNonNull(channels.remove(name)).close();
        held.remove(name);
      }
      channels.values().removeIf(channel -> !channel.isOpen());
      assertThat(places.taken())
          .as("seed " + seed)
          .isEqualTo(channels.size())
          .isLessThanOrEqualTo(16);
    }
  }
}
