package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.embedded.EmbeddedChannel;
import io.wirelace.certificates.TestCa;
import io.wirelace.config.TlsSettings;
import io.wirelace.metrics.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server's own certificate that ends is reported while time is still left, on a virtual clock.
 */
class OwnDatesTest {
  @TempDir Path directory;

  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private final EventLoops loops = new EventLoops(IoBackend.NIO, 1, "dates-test");
  private final EmbeddedChannel listening = new EmbeddedChannel();
  private TestCa ca;

  @BeforeEach
  void makeCa() {
    ca = TestCa.create(directory, "ca");
  }

  @AfterEach
  void end() {
    listening.close();
    loops.close();
  }

  private TestCa.Leaf issue(String name, Duration from, Duration until) {
    return ca.issue(name, b -> b.notBefore(now.plus(from)).notAfter(now.plus(until)));
  }

  private void follow(TestCa.Leaf own, String reloadInterval) {
    TlsSettings settings =
        TlsSettings.DEFAULT
            .with("cert", own.cert())
            .with("key", own.key())
            .with("reload-interval", reloadInterval);
    TransportContext context =
        new TransportContext(loops, (channel, link) -> {}, settings, events::add);
    TlsStreams.open(Endpoint.parse("tls://a:1"), context, List.of()).follow(listening);
  }

  private List<Event.CertificateDue> due() {
    return events.stream()
        .filter(Event.CertificateDue.class::isInstance)
        .map(Event.CertificateDue.class::cast)
        .toList();
  }

  private void pass(Duration time) {
    listening.advanceTimeBy(time.toMinutes(), TimeUnit.MINUTES);
    listening.runScheduledPendingTasks();
  }

  @Test
  void aCertificateThatEndsIsReportedAtTheStartAndDaily() {
    follow(issue("soon", Duration.ofDays(-1), Duration.ofDays(29)), "0");
    assertThat(due()).hasSize(1);
    Event.CertificateDue first = due().getFirst();
    assertThat(first.endpoint()).isEqualTo("tls://a:1");
    assertThat(first.subject()).isEqualTo("CN=soon");
    assertThat(first.until()).isEqualTo(now.plus(Duration.ofDays(29)));
    pass(Duration.ofHours(23));
    assertThat(due()).hasSize(1);
    pass(Duration.ofHours(2));
    assertThat(due()).hasSize(2);
    pass(Duration.ofHours(24));
    assertThat(due()).hasSize(3);
    listening.close();
    pass(Duration.ofDays(9));
    assertThat(due()).hasSize(3);
  }

  @Test
  void whatHasEndedOrIsNotYetValidIsReportedToo() {
    follow(issue("ended", Duration.ofDays(-9), Duration.ofDays(-1)), "0");
    follow(issue("early", Duration.ofDays(1), Duration.ofDays(99)), "0");
    assertThat(due())
        .extracting(Event.CertificateDue::subject)
        .containsExactly("CN=ended", "CN=early");
  }

  @Test
  void whatIsGoodForLongIsNot() {
    follow(issue("long", Duration.ofDays(-1), Duration.ofDays(31)), "0");
    pass(Duration.ofDays(1));
    assertThat(due()).isEmpty();
  }

  @Test
  void whatIsReadAgainIsReportedAtOnce() throws Exception {
    TestCa.Leaf own = issue("long", Duration.ofDays(-1), Duration.ofDays(90));
    follow(own, "10s");
    assertThat(due()).isEmpty();
    TestCa.Leaf next = issue("next", Duration.ofDays(-1), Duration.ofDays(9));
    Files.move(next.key(), own.key(), StandardCopyOption.REPLACE_EXISTING);
    Files.move(next.cert(), own.cert(), StandardCopyOption.REPLACE_EXISTING);
    pass(Duration.ofMinutes(1));
    await().untilAsserted(() -> assertThat(due()).hasSize(1));
    assertThat(due().getFirst().subject()).isEqualTo("CN=next");
  }
}
