package io.wirelace.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.wirelace.Client;
import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.error.CloseReason;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a listener does with datagrams that no client of ours would send, beside a client that must
 * not notice, and the memory that must come back.
 */
class UdpSourceTest {
  private static final long SLACK_BYTES = 512 * 1024; // 512 KiB

  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private Server server;
  private Client bystander;
  private long memoryBefore;

  private Server start(String options) {
    return Wirelace.server()
        .listen("udp://127.0.0.1:0" + options)
        .defaultRoute((session, message) -> message.body())
        .receive("wait", (session, message) -> release.await())
        .set("mailbox-messages", 10)
        .on(events::add)
        .start();
  }

  @BeforeEach
  void start() {
    server = start("");
    bystander = Wirelace.connect(server.uri());
    bystander.request("", new byte[100]);
    memoryBefore = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
  }

  @AfterEach
  void nobodyElseNoticedAndMemoryIsBack() {
    release.countDown();
    try (Server closing = server;
        Client other = bystander) {
      assertThat(closing.isRunning()).isTrue();
      assertThat(other.request("", new byte[3])).hasSize(3);
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() ->
              assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory())
                  .isLessThanOrEqualTo(memoryBefore + SLACK_BYTES));
    }
  }

  private long dropped(Drop why) {
    return events.stream()
        .filter(e -> e instanceof Event.DatagramsDropped dropped && dropped.why() == why)
        .mapToLong(e -> ((Event.DatagramsDropped) e).count())
        .sum();
  }

  private void awaitDropped(Drop why, long count) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(dropped(why)).isEqualTo(count));
  }

  @Test
  void anUnknownSourceGetsAProbeOf22BytesAndNoneForLess() throws IOException {
    try (RawSource source = new RawSource(server.uri())) {
      for (int payload = 0; payload < 9; payload++) {
        source.send(RawSource.frame(2, 0, "x".repeat(payload))).expectNothing();
      }
      source.send(RawSource.frame(2, 0, "x".repeat(9)));
      assertThat(source.readHex()).startsWith(RawSource.PROBE_HEAD).hasSize(44);
      source.send(RawSource.frame(0, 1, "x".repeat(60_000)));
      assertThat(source.readHex()).startsWith(RawSource.PROBE_HEAD).hasSize(44);
      source.expectNothing();
      awaitDropped(Drop.UNPROVEN, 11);
    }
    assertThat(server.sessions()).hasSize(1);
  }

  @Test
  void noStateIsMadeForTheUnprovenAndNothingIsAmplified() throws IOException {
    List<RawSource> sources = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      sources.add(new RawSource(server.uri()));
    }
    byte[][] questions = {
      RawSource.frame(0, 1, "a request with some body"),
      RawSource.frame(5, 0, "\0\1\0\0 a greeting of a kind"),
      RawSource.frame(3, 0, "\0aclockof8"),
      RawSource.frame(4, 0, "an error about it all"),
      RawSource.frame(2, 0, ""),
      new byte[5]
    };
    for (RawSource source : sources) {
      for (byte[] question : questions) {
        source.send(question);
        assertThat(source.readAllBytes()).isLessThanOrEqualTo(question.length);
      }
      source.close();
    }
    assertThat(server.sessions()).hasSize(1);
    assertThat(events).filteredOn(e -> e instanceof Event.Opened).hasSize(1);
  }

  @Test
  void whoSendsItsCookieBackIsAPeer() throws IOException {
    try (RawSource source = new RawSource(server.uri())) {
      String echo = RawSource.reply(source.cookie());
      assertThat(source.send(echo).readHex()).isEqualTo(RawSource.SIGN_OF_LIFE);
      assertThat(server.sessions()).hasSize(2);
      // Its answer may have been lost: the cookie once more is answered once more.
      assertThat(source.send(echo).readHex()).isEqualTo(RawSource.SIGN_OF_LIFE);
      assertThat(server.sessions()).hasSize(2);
      source.expectAlive();
    }
  }

  @Test
  void theCookieOfAnotherProvesNothing() throws IOException {
    try (RawSource attacker = new RawSource(server.uri());
        RawSource other = new RawSource(server.uri())) {
      String othersCookie = other.cookie();
      attacker.send(RawSource.reply(othersCookie));
      assertThat(attacker.readHex()).startsWith(RawSource.PROBE_HEAD).doesNotEndWith(othersCookie);
      attacker.send(RawSource.reply("0000000000000000"));
      assertThat(attacker.readHex()).startsWith(RawSource.PROBE_HEAD);
      assertThat(server.sessions()).hasSize(1);
      assertThat(other.send(RawSource.reply(othersCookie)).readHex())
          .isEqualTo(RawSource.SIGN_OF_LIFE);
    }
  }

  @Test
  void whatAListenerSaysToStrangersIsNotAnswered() throws IOException {
    try (RawSource forged = new RawSource(server.uri())) {
      String cookie = forged.cookie();
      // As if another listener had answered us: its answer would be answered for ever.
      forged.send(RawSource.PROBE_HEAD + cookie).expectNothing();
      forged.send("00000012 04 0000000000000000 FFFFFD6B 00 00000000").expectNothing();
      // A reply is answered even with an old cookie: its sender is on the way to prove itself.
      assertThat(forged.send(RawSource.reply("8000000000000001")).readHex())
          .startsWith(RawSource.PROBE_HEAD);
    }
  }

  private static InetSocketAddress at(int port, int... address) throws IOException {
    byte[] bytes = new byte[address.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) address[i];
    }
    return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
  }

  @Test
  void aCookieIsForOneAddressOnePortAndSomeSeconds() throws IOException {
    AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L); // it may wrap
    Cookies cookies = new Cookies(new SecureRandom(), clock::get);
    InetSocketAddress source = at(1, 127, 0, 0, 1);
    long cookie = cookies.of(source);
    assertThat(cookies.prove(source, cookie)).isTrue();
    assertThat(cookies.prove(at(2, 127, 0, 0, 1), cookie)).isFalse();
    assertThat(cookies.prove(at(1, 127, 0, 0, 2), cookie)).isFalse();
    assertThat(cookies.prove(at(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), cookie))
        .isFalse();
    assertThat(cookies.prove(source, cookie + 1)).isFalse();
    assertThat(new Cookies(new SecureRandom(), clock::get).prove(source, cookie)).isFalse();

    AtomicLong time = new AtomicLong();
    Cookies timed = new Cookies(new SecureRandom(), time::get);
    long early = timed.of(source);
    time.set(Duration.ofSeconds(2 * Cookies.WINDOW_SECONDS).toNanos() - 1);
    assertThat(timed.prove(source, early)).isTrue();
    time.incrementAndGet();
    assertThat(timed.prove(source, early)).isFalse();
  }

  @Test
  void whatIsNotExactlyOneFrameIsDroppedAndCounted() throws IOException {
    String[] foreign = {
      "", // empty
      "00",
      "000000090300000000000000", // a byte short
      "0000000903000000000000000000", // a byte long
      "0000000D 00 0000000000000001 7069", // torn
      "00000008 03 00000000000000", // too small to be one
      "FFFFFFFF 03 0000000000000000",
      "474554202F20485454502F312E310D0A0D0A0D0A0D0A0D0A", // GET / HTTP/1.1
      RawSource.SIGN_OF_LIFE + RawSource.SIGN_OF_LIFE // two frames
    };
    try (RawSource stranger = new RawSource(server.uri());
        RawSource peer = new RawSource(server.uri())) {
      peer.prove();
      for (String bytes : foreign) {
        stranger.send(bytes);
        peer.send(bytes);
      }
      stranger.expectNothing();
      peer.expectAlive();
      awaitDropped(Drop.FOREIGN, 2L * foreign.length);
    }
  }

  @Test
  void aHundredThousandDatagramsOfGarbageLeaveNothingAndDoNotFloodTheLog() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (RawSource stranger = new RawSource(server.uri());
        RawSource peer = new RawSource(server.uri())) {
      peer.prove();
      long start = System.nanoTime();
      for (int i = 0; i < 50_000; i++) {
        byte[] garbage = new byte[random.nextInt(100)];
        random.nextBytes(garbage);
        stranger.send(garbage);
        peer.send(garbage);
      }
      long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds() + 2;
      await()
          .ignoreExceptions()
          .untilAsserted(() -> {
            peer.readAllBytes();
            peer.expectAlive();
          });
      assertThat(dropped(Drop.FOREIGN)).as("seed %d", seed).isPositive();
      assertThat(events)
          .as("seed %d", seed)
          .filteredOn(e -> e instanceof Event.DatagramsDropped d && d.why() == Drop.FOREIGN)
          .hasSizeLessThanOrEqualTo((int) (2 * seconds));
      assertThat(server.sessions()).hasSize(2);
    }
  }

  @Test
  void aPeerThatBreaksTheProtocolIsToldAndGone() throws IOException {
    try (RawSource peer = new RawSource(server.uri())) {
      peer.prove().send("00000009 1F 0000000000000000"); // a reserved kind
      byte[] error = peer.read();
      assertThat(RawSource.hex(error).substring(8, 34)).isEqualTo("040000000000000000FFFFFDA3");
      await().until(() -> server.sessions().size() == 1);
    }
  }

  @Test
  void oneMoreThanMaxPeersIsTurnedAway() throws IOException {
    try (Server small = start("?max-peers=2");
        RawSource first = new RawSource(small.uri());
        RawSource second = new RawSource(small.uri());
        RawSource third = new RawSource(small.uri())) {
      first.prove().expectAlive();
      second.prove().expectAlive();
      String answer = third.send(RawSource.reply(third.cookie())).readHex();
      assertThat(answer).startsWith("00000012040000000000000000FFFFFD9F01").hasSize(44);
      assertThat(events).anyMatch(e -> e instanceof Event.Denied d && d.fault().number() == -609);
      var refused = Wirelace.tryConnect(small.uri());
      assertThat(refused.isOk()).isFalse();
      assertThat(refused.toString()).contains("-609");
      // ERROR id 0, -603: the first says goodbye, and there is room.
      first.send("00000012 04 0000000000000000 FFFFFDA5 00 00000000");
      await().until(() -> small.sessions().size() == 1);
      third.prove().expectAlive();
    }
  }

  @Test
  void oneThatProvesItselfAndSaysNothingGivesItsPlaceToANewcomer() throws IOException {
    try (Server small = start("?max-peers=2");
        RawSource talking = new RawSource(small.uri());
        RawSource silent = new RawSource(small.uri())) {
      talking.prove().expectAlive();
      silent.prove();
      await()
          .pollDelay(Duration.ofMillis(100))
          .ignoreExceptions()
          .until(() -> {
            try (Client client = Wirelace.connect(small.uri())) { // refused for a second
              return client.request("", new byte[4]).length == 4;
            }
          });
      talking.expectAlive();
      assertThat(RawSource.hex(silent.read())).contains("040000000000000000FFFFFD9F");
    }
  }

  @Test
  void oneAddressHasItsShareOfThePeers() throws IOException {
    try (Server small = start("?max-peers=8&max-peers-per-source=1");
        RawSource first = new RawSource(small.uri())) {
      first.prove().expectAlive();
      assertThat(Wirelace.tryConnect(small.uri()).toString()).contains("-609");
      assertThat(events)
          .anyMatch(e -> e instanceof Event.Denied d && d.fault().message().contains("per-source"));
      try (Client other = Wirelace.connect(small.uri() + "?bind=127.0.0.2")) {
        assertThat(other.request("", new byte[4])).hasSize(4);
      }
    }
  }

  @Test
  void howManyAreTurnedAwayIsToldOnceASecondAndNotByEachDatagram() throws IOException {
    try (Server small = start("?max-peers=1");
        RawSource first = new RawSource(small.uri());
        RawSource second = new RawSource(small.uri())) {
      first.prove().expectAlive();
      String cookie = RawSource.reply(second.cookie());
      for (int i = 0; i < 50; i++) {
        second.send(cookie).readHex();
      }
      await().untilAsserted(() -> assertThat(small.denied()).isEqualTo(50));
      assertThat(events.stream().filter(Event.Denied.class::isInstance))
          .hasSizeLessThanOrEqualTo(3);
    }
  }

  @Test
  void aSilentPeerIsToldAndForgottenAndATalkingOneIsNot() throws Exception {
    try (Server brief = start("?idle-timeout=400ms");
        RawSource silent = new RawSource(brief.uri());
        Client quiet =
            Wirelace.client().greeting(false).connect(brief.uri() + "?idle-timeout=400ms")) {
      silent.prove().expectAlive();
      byte[] told = silent.read();
      assertThat(RawSource.hex(told).substring(8, 34)).isEqualTo("040000000000000000FFFFFD9E");
      await().until(() -> brief.sessions().size() == 1);
      assertThat(events)
          .anyMatch(e ->
              e instanceof Event.Closed closed
                  && closed.reason().initiator() == CloseReason.Initiator.POLICY
                  && closed.reason().fault().number() == -610);
      // The client, which says nothing either, lets the listener know that it is there.
      assertThat(quiet.isOpen()).isTrue();
      assertThat(quiet.request("", new byte[4])).hasSize(4);
    }
  }

  @Test
  void whatASessionDoesNotReadIsBoundedAndTheRestDropped() throws IOException {
    try (Server tight = start("?inbound-bytes=10KiB");
        RawSource peer = new RawSource(tight.uri())) {
      peer.prove();
      byte[] wait = RawSource.frame(0x42, 0, "\u0004wait" + "x".repeat(1000));
      for (int i = 0; i < 2000; i++) {
        peer.send(wait);
      }
      await().until(() -> dropped(Drop.OVERRUN) > 0);
      assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - memoryBefore)
          .isLessThan(1024 * 1024);
      release.countDown();
      await()
          .ignoreExceptions()
          .untilAsserted(() -> {
            peer.readAllBytes();
            peer.expectAlive();
          });
    }
  }
}
