package io.wirelace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WebSocketsTest {
  @Test
  void theExampleRuns() {
    assertThat(WebSockets.call()).isEqualTo("hello");
  }
}
