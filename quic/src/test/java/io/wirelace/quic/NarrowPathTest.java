package io.wirelace.quic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.metrics.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Paths that carry less than our datagrams may have. */
class NarrowPathTest extends QuicCase {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** In a network of its own, where that may be made. */
  private static String runIn(String mtu, String laterMtu, String options) throws Exception {
    Assumptions.assumeTrue(runs("unshare", "-rn", "ip", "link", "set", "lo", "up", "mtu", "1280"));
    List<String> command = new ArrayList<>(List.of("unshare", "-rn"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(NarrowPath.class.getName(), mtu, laterMtu, options));
    Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String said = new String(started.getInputStream().readAllBytes(), UTF_8);
      assertThat(started.waitFor(50, TimeUnit.SECONDS)).isTrue();
      assertThat(said.lines().filter("echo 100000"::equals)).as(said).hasSize(11);
      return said;
    } finally {
      started.destroyForcibly();
    }
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void whatThePathCarriesIsFoundBeforeAnythingIsLost() throws Exception {
    String said = runIn("1280", "1280", "datagram-size=1350&discover-mtu=true");
    assertThat(said).contains("UNSENT").contains("bytes)").doesNotContain("PathNarrowed");
  }

  @Test
  void withoutDiscoveryTheKernelsRefusalsLeadTo1200Bytes() throws Exception {
    String said = runIn("1280", "1280", "datagram-size=1350&discover-mtu=false");
    assertThat(said).contains("UNSENT", "PathNarrowed", "datagramBytes=1200");
  }

  @Test
  void aLinkThatGetsNarrowerIsFollowedDown() throws Exception {
    String said = runIn("65536", "1280", "discover-mtu=true");
    assertThat(said).contains("UNSENT", "PathNarrowed", "datagramBytes=1200");
  }

  @Test
  void severalAtOnceAreNotLostOverAndOverOnALinkOf1280() throws Exception {
    assertThat(runIn("1280", "1280", "gso=true")).contains("UNSENT", "datagramBytes=1200");
  }

  @Test
  void aLinkTooNarrowForQuicFragments() throws Exception {
    assertThat(runIn("1000", "1000", "gso=true")).contains("UNSENT");
  }

  /** A path that says nothing, as behind a firewall that drops ICMP. */
  @Test
  void aBlackHoleIsNoticedAndSaidOnce() {
    Queue<Event> events = new ConcurrentLinkedQueue<>();
    try (Server server = server("?discover-mtu=true").start();
        UdpRelay relay = UdpRelay.to(port(server), 0, 1);
        Client client =
            client()
                .on(events::add)
                .connectTimeout(LONG)
                .connect(at(relay.port()) + "?discover-mtu=true")) {
      byte[] body = new byte[100_000];
      assertThat(client.request("echo", body, LONG)).hasSize(body.length);
      await().until(() -> relay.longest() > 1200); // discovery has been up
      relay.carryAtMost(1252);
      await()
          .atMost(Duration.ofSeconds(50))
          .untilAsserted(() -> {
            assertThat(client.request("echo", body, LONG)).hasSize(body.length);
            assertThat(events)
                .filteredOn(e -> e instanceof Event.PathNarrowed n && n.datagramBytes() == 1200)
                .hasSize(1);
          });
    }
  }
}
