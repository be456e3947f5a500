package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments as the shell gave them. The JVM decodes them by the locale, and in the C locale of
 * cron and containers every byte that is not ASCII becomes U+FFFD. Linux still has the bytes: they
 * are read as UTF-8 there. What cannot be recovered is refused instead of sent.
 */
final class Arguments {
  private static final char REPLACEMENT = '\uFFFD';

  /** What to do where a text did not survive the locale. */
  static final String REMEDY =
      "not text in this locale's encoding (expected UTF-8: set LC_ALL=C.UTF-8)";

  private Arguments() {}

  /** Those of this process. */
  static String[] recovered(String[] decoded) {
    for (String one : decoded) {
      if (one.indexOf(REPLACEMENT) >= 0) {
        return recovered(decoded, commandLine());
      }
    }
    return decoded;
  }

  private static byte[] commandLine() {
    try {
      return Files.readAllBytes(Path.of("/proc/self/cmdline"));
    } catch (IOException e) {
      return new byte[0]; // another system
    }
  }

  /**
   * The arguments with those that were damaged taken from the bytes.
   *
   * @param commandLine the whole command line, each part ended by a zero; the arguments are its
   *     last
   * @throws CommandFailed with exit code 2 if one is not UTF-8, or the bytes are not there
   */
  static String[] recovered(String[] decoded, byte[] commandLine) {
    List<byte[]> parts = parts(commandLine);
    String[] arguments = decoded.clone();
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].indexOf(REPLACEMENT) < 0) {
        continue;
      }
      int at = parts.size() - arguments.length + i;
      try {
        if (at < 0) {
          throw new CharacterCodingException();
        }
        arguments[i] = UTF_8.newDecoder().decode(ByteBuffer.wrap(parts.get(at))).toString();
      } catch (CharacterCodingException e) {
        throw new CommandFailed(ExitCode.USAGE, "argument " + (i + 1) + ": " + REMEDY);
      }
    }
    return arguments;
  }

  private static List<byte[]> parts(byte[] commandLine) {
    List<byte[]> parts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        parts.add(java.util.Arrays.copyOfRange(commandLine, start, i));
        start = i + 1;
      }
    }
    return parts;
  }
}
