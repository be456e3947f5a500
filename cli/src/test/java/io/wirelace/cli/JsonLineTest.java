package io.wirelace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonLineTest {
  @Test
  void textIsEscaped() {
    assertThat(new JsonLine().put("a\"b", "line\n\t\\ \u0001 é 😀").toString())
        .isEqualTo("{\"a\\\"b\":\"line\\n\\t\\\\ \\u0001 é 😀\"}");
  }

  @Test
  void numbersAreDecimal() {
    assertThat(new JsonLine().put("a", 12345678.12349).put("b", 100.0).put("c", -3).toString())
        .isEqualTo("{\"a\":12345678.123,\"b\":100,\"c\":-3}");
  }

  @Test
  void objectsNest() {
    JsonLine inner = new JsonLine().put("t", true).put("n", (String) null);

    assertThat(new JsonLine().put("in", inner).put("e", new JsonLine()).toString())
        .isEqualTo("{\"in\":{\"t\":true,\"n\":null},\"e\":{}}");
  }

  @Test
  void whatATerminalActsOnIsEscapedToo() {
    assertThat(new JsonLine().put("a", "\u007f\u009b\u2028\u202e\ud800").toString())
        .isEqualTo("{\"a\":\"\\u007f\\u009b\\u2028\\u202e\\ud800\"}");
  }
}
