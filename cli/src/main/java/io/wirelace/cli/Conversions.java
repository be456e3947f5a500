package io.wirelace.cli;

import io.wirelace.config.Values;
import io.wirelace.error.WirelaceException;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values on the command line are written as in a configuration file: {@code 64KiB}, {@code 5s}. */
final class Conversions {
  private static final int MOST_BYTES = 0x00FF_FFFF;

  private Conversions() {}

  static Duration duration(String text) {
    try {
      return Values.duration("", text);
    } catch (WirelaceException e) {
      throw refused(e);
    }
  }

  /** A size of a body. */
  static final class Size implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      try {
        return (int) Values.bytes("", text, 0, MOST_BYTES);
      } catch (WirelaceException e) {
        throw refused(e);
      }
    }
  }

  private static TypeConversionException refused(WirelaceException e) {
    String message = e.fault().message();
    return new TypeConversionException(message.startsWith(": ") ? message.substring(2) : message);
  }
}
