package io.wirelace.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.certificates.TestCa;
import io.wirelace.config.TlsSettings;
import io.wirelace.metrics.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client's own certificate that ends is reported when it connects, and not at each connect. */
class ClientDatesTest {
  private static final long NOW_NS = Long.MAX_VALUE - 5; // clocks may wrap

  @TempDir Path directory;

  private TlsSettings settings() {
    TestCa.Leaf own = TestCa.create(directory, "ca").localhost(); // good for a day
    return TlsSettings.DEFAULT.with("cert", own.cert()).with("key", own.key());
  }

  @Test
  void itIsReportedOnceForManyConnects() {
    TlsMaterial material = TlsMaterial.load(settings());
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      OwnDates.reportDaily(material, "a:1", events::add);
    }
    assertThat(events).hasSize(1).first().isInstanceOf(Event.CertificateDue.class);
  }

  @Test
  void aDayLaterOrWithOtherFilesItIsReportedAgain() throws Exception {
    TlsSettings settings = settings();
    TlsMaterial material = TlsMaterial.load(settings);
    assertThat(OwnDates.isDue(material, NOW_NS)).isTrue();
    assertThat(OwnDates.isDue(material, NOW_NS + Duration.ofHours(23).toNanos())).isFalse();
    assertThat(OwnDates.isDue(material, NOW_NS + Duration.ofHours(24).toNanos())).isTrue();
    Files.writeString(Path.of(settings.cert()), "\n" + Files.readString(Path.of(settings.cert())));
    TlsMaterial fresh = TlsMaterial.load(settings);
    assertThat(OwnDates.isDue(fresh, NOW_NS + Duration.ofHours(25).toNanos())).isTrue();
    assertThat(OwnDates.isDue(fresh, NOW_NS + Duration.ofHours(26).toNanos())).isFalse();
  }
}
