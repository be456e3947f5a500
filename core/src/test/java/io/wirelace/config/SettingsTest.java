package io.wirelace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wirelace.error.WirelaceException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static void refused(Runnable setting, String... words) {
    assertThatThrownBy(setting::run)
        .as(String.join(" ", words))
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-664))
        .hasMessageContainingAll(words);
  }

  @Test
  void sizesHaveUnits() {
    assertThat(Values.bytes("n", "65536", 0, 1 << 20)).isEqualTo(65_536);
    assertThat(Values.bytes("n", "64KiB", 0, 1 << 20)).isEqualTo(65_536);
    assertThat(Values.bytes("n", "1 mib", 0, 1 << 20)).isEqualTo(1 << 20);
    assertThat(Values.bytes("n", "5kb", 0, 1 << 20)).isEqualTo(5_000);
    for (String bad : List.of("", "x", "-1", "1.5", "64 KiBs", "99999999999999999999", "1GiB")) {
      refused(() -> Values.bytes("the-name", bad, 0, 1 << 20), "the-name", bad, "expected");
    }
  }

  @Test
  void durationsHaveUnits() {
    assertThat(Values.duration("d", "500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(Values.duration("d", "5s")).isEqualTo(Duration.ofSeconds(5));
    assertThat(Values.duration("d", "2m")).isEqualTo(Duration.ofMinutes(2));
    assertThat(Values.duration("d", "1h")).isEqualTo(Duration.ofHours(1));
    assertThat(Values.duration("d", "0")).isEqualTo(Duration.ZERO);
    for (String bad : List.of("", "5", "5 parsecs", "999999999999h")) {
      refused(() -> Values.duration("the-name", bad), "the-name", bad, "expected");
    }
  }

  @Test
  void aNegativeDurationIsOutOfRange() {
    refused(
        () -> RecordSettings.with(SessionSettings.DEFAULT, "read-timeout", "-5s"), "read-timeout");
  }

  @Test
  void truthHasThreeSpellings() {
    for (String yes : List.of("true", "ON", "yes")) {
      assertThat(Values.bool("b", yes)).isTrue();
    }
    for (String no : List.of("false", "off", "No")) {
      assertThat(Values.bool("b", no)).isFalse();
    }
    refused(() -> Values.bool("b", "maybe"), "b", "maybe");
  }

  @Test
  void everySettingCanBeChangedByItsDashedName() {
    SessionSettings changed = SessionSettings.DEFAULT;
    for (String name : RecordSettings.names(SessionSettings.class)) {
      boolean time = name.endsWith("timeout") || name.endsWith("interval");
      String other =
          name.equals("handler-carrier") ? "Auto" : name.equals("spin-wait") ? "7us" : "2000";
      changed = RecordSettings.with(changed, name, time ? "7s" : other);
    }
    assertThat(changed.handlerCarrier()).isEqualTo(HandlerCarrier.AUTO);
    assertThat(changed.maxFrameBytes()).isEqualTo(2000);
    assertThat(changed.mailboxMessages()).isEqualTo(2000);
    assertThat(changed.closeTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(changed.heartbeatInterval()).isEqualTo(Duration.ofSeconds(7));
    ServerSettings server = RecordSettings.with(ServerSettings.DEFAULT, "reveal-errors", "yes");
    assertThat(server.revealErrors()).isTrue();
  }

  @Test
  void anUnknownOrImpossibleSettingIsRefusedByName() {
    refused(() -> RecordSettings.with(SessionSettings.DEFAULT, "max-frames", 1), "max-frames");
    refused(
        () -> RecordSettings.with(SessionSettings.DEFAULT, "handler-carrier", "mule"),
        "handler-carrier: mule (expected one of auto, pool, loop)");
    refused(
        () -> RecordSettings.with(SessionSettings.DEFAULT, "max-frame-bytes", -1),
        "max-frame-bytes",
        "-1");
    refused(
        () -> RecordSettings.with(SessionSettings.DEFAULT, "max-frame-bytes", 8),
        "max-frame-bytes",
        "8",
        "9 to 16777215");
    refused(
        () -> RecordSettings.with(SessionSettings.DEFAULT, "request-timeout", "0"),
        "request-timeout");
    refused(
        () -> RecordSettings.with(SessionSettings.DEFAULT, "spin-wait", "2ms"),
        "spin-wait: PT0.002S (expected 0 for never, or at most 1ms)");
  }
}
