package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;

/** Runs a command line in this JVM and keeps what it wrote. */
final class Recording {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final int status;

  private Recording(String... args) {
    status = Lace.run(Terminal.of(new ByteArrayInputStream(new byte[0]), out, err), args);
  }

  static Recording of(String... args) {
    return new Recording(args);
  }

  int status() {
    return status;
  }

  String out() {
    return out.toString(UTF_8);
  }

  String err() {
    return err.toString(UTF_8);
  }
}
