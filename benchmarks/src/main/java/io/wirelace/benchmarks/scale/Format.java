package io.wirelace.benchmarks.scale;

import java.util.Locale;
import java.util.Optional;

/** Numbers as people read them. */
final class Format {
  private Format() {}

  /** Three significant digits or the whole number, thousands parted: 0.0123, 4.56, 78,901. */
  static String number(double value) {
    double size = Math.abs(value);
    if (size >= 100 || value == 0) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    int decimals = size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  /** A size or a count: 1, 19,500. */
  static String count(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  /** The median, and the least and the most if there is more than one run. */
  static String spread(Optional<Spread> spread) {
    return spread
        .map(each ->
            each.runs() == 1
                ? number(each.median())
                : number(each.median())
                    + " ("
                    + number(each.least())
                    + " … "
                    + number(each.most())
                    + ")")
        .orElse("–");
  }

  /** Bytes with a binary unit: 512 B, 5.8 KiB, 1.2 GiB. */
  static String bytes(double bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (Math.abs(value) >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return number(value) + " " + units[unit];
  }
}
