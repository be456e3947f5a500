package io.wirelace.error;

import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Says why a native library was not loaded, and what to do where that is known. Stateless. */
public final class NativeLibraries {
  /** Of causes and what they suppress; they may form a ring. */
  private static final int DEEPEST = 8;

  private NativeLibraries() {}

  /** One line. Libraries are unpacked to the temporary folder, which often may not execute them. */
  public static String whyNot(Throwable failure) {
    return whyNot(failure, "io.netty.native.workdir");
  }

  /**
   * As {@link #whyNot(Throwable)}, of a library that is unpacked to the folder that a system
   * property names, or else to the temporary one.
   */
  public static String whyNot(Throwable failure, String property) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return notExecutable(failure, DEEPEST)
        .map(line -> line + hint(property))
        .orElse(firstLine(root));
  }

  private static String firstLine(Throwable thrown) {
    String said = thrown.getMessage();
    return (said == null ? thrown.toString() : said).lines().findFirst().orElse(thrown.toString());
  }

  /** Where several names of a library are tried, what each failed with is only suppressed. */
  private static Optional<String> notExecutable(@Nullable Throwable thrown, int depth) {
    if (thrown == null || depth == 0) {
      return Optional.empty();
    }
    String line = firstLine(thrown);
    if (mayNotExecute(line)) {
      return Optional.of(line);
    }
    return Stream.concat(Stream.of(thrown.getSuppressed()), Stream.ofNullable(thrown.getCause()))
        .flatMap(one -> notExecutable(one, depth - 1).stream())
        .findFirst();
  }

  /** As glibc and musl say it. */
  private static boolean mayNotExecute(String message) {
    return message.contains("failed to map segment") || message.contains("Operation not permitted");
  }

  private static String hint(String property) {
    String chosen = System.getProperty(property);
    String folder = chosen == null ? System.getProperty("java.io.tmpdir", "?") : chosen;
    return " (the folder "
        + folder
        + " does not let files be executed, noexec perhaps: set -D"
        + property
        + "=FOLDER to one that does)";
  }
}
