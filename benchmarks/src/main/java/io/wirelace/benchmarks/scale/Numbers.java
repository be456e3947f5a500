package io.wirelace.benchmarks.scale;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.AbstractHistogram;

/** Numbers by name, and the line {@code name=value …} by which processes tell each other. */
final class Numbers {
  private final Map<String, Double> values = new LinkedHashMap<>();

  /** Reads a line. */
  static Numbers parse(String line) {
    Numbers numbers = new Numbers();
    if (!line.isBlank()) {
      for (String pair : line.strip().split(" ", -1)) {
        int equals = pair.indexOf('=');
        if (equals < 1) {
          throw new IllegalArgumentException(pair + " (expected name=value)");
        }
        numbers.put(pair.substring(0, equals), Double.parseDouble(pair.substring(equals + 1)));
      }
    }
    return numbers;
  }

  Numbers put(String name, double value) {
    values.put(name, value);
    return this;
  }

  /** A count. */
  Numbers put(String name, long count) {
    return put(name, (double) count);
  }

  /** The percentiles of times in nanoseconds, in microseconds; nothing if there are none. */
  Numbers putTimes(String prefix, AbstractHistogram ns) {
    if (ns.getTotalCount() > 0) {
      put(prefix + "p50_us", ns.getValueAtPercentile(50) / 1e3);
      put(prefix + "p99_us", ns.getValueAtPercentile(99) / 1e3);
      put(prefix + "p999_us", ns.getValueAtPercentile(99.9) / 1e3);
      put(prefix + "max_us", ns.getMaxValue() / 1e3);
    }
    return this;
  }

  /** All of another's, with something put before their names. */
  Numbers putAll(String prefix, Numbers others) {
    others.values.forEach((name, value) -> put(prefix + name, value));
    return this;
  }

  double get(String name) {
    Double value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no number " + name + " among " + values.keySet());
    }
    return value;
  }

  Map<String, Double> map() {
    return values;
  }

  @Override
  public String toString() {
    StringBuilder line = new StringBuilder();
    values.forEach((name, value) ->
        line.append(line.isEmpty() ? "" : " ")
            .append(name)
            .append('=')
            .append(String.format(Locale.ROOT, "%.4f", value)));
    return line.toString();
  }
}
