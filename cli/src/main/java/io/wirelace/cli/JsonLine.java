package io.wirelace.cli;

import io.wirelace.error.PeerText;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One JSON object on one line. Written here so that a short command need not load a library. */
final class JsonLine {
  private static final int DECIMALS = 3;

  private final StringBuilder text = new StringBuilder("{");

  private StringBuilder key(String name) {
    if (text.length() > 1) {
      text.append(',');
    }
    return quote(name).append(':');
  }

  JsonLine put(String name, @Nullable String value) {
    key(name);
    if (value == null) {
      text.append("null");
    } else {
      quote(value);
    }
    return this;
  }

  JsonLine put(String name, long value) {
    key(name).append(value);
    return this;
  }

  /** A number, rounded to three decimals. */
  JsonLine put(String name, double value) {
    key(name)
        .append(
            BigDecimal.valueOf(value)
                .setScale(DECIMALS, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString());
    return this;
  }

  JsonLine put(String name, boolean value) {
    key(name).append(value);
    return this;
  }

  JsonLine put(String name, JsonLine value) {
    key(name).append(value);
    return this;
  }

  private StringBuilder quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (PeerText.isDangerous(value, i)) { // also what JSON allows but a terminal acts on
            text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    return text.append('"');
  }

  @Override
  public String toString() {
    return text + "}";
  }
}
