package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class OriginsTest {
  private static boolean allows(Origins origins, String origin, String host) {
    return origins.allows(Optional.of(origin), host);
  }

  @Test
  void byDefaultOnlyPagesOfThisHostConnect() {
    Origins origins = Origins.of("127.0.0.1", "", "");
    assertThat(origins.allows(Optional.empty(), "anything")).isTrue();
    assertThat(allows(origins, "http://127.0.0.1:7420", "127.0.0.1:7420")).isTrue();
    assertThat(allows(origins, "http://localhost:7420", "localhost:7420")).isTrue();
    assertThat(allows(origins, "http://[::1]:7420", "[::1]:7420")).isTrue();
    assertThat(allows(origins, "http://127.0.0.1:8080", "127.0.0.1:7420")).isFalse();
    assertThat(allows(origins, "https://evil.example.com", "127.0.0.1:7420")).isFalse();
    assertThat(allows(origins, "null", "127.0.0.1:7420")).isFalse();
  }

  @Test
  void aNameThatWasMadeToPointHereIsNotThisHost() {
    Origins origins = Origins.of("127.0.0.1", "", "");
    assertThat(allows(origins, "http://rebound.example.com:7420", "rebound.example.com:7420"))
        .isFalse();
    assertThat(
            allows(
                Origins.of("127.0.0.1", "", "chat.example.com"),
                "https://chat.example.com",
                "chat.example.com"))
        .isTrue();
    assertThat(
            allows(
                Origins.of("chat.example.com", "", ""),
                "https://chat.example.com",
                "chat.example.com"))
        .isTrue();
  }

  @Test
  void aStarAllowsAll() {
    assertThat(allows(Origins.of("", "*", ""), "https://any.example.com", "x")).isTrue();
  }
}
