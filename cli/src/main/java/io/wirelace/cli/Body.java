package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.wire.FrameHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The body of a message as it is given on the command line. */
final class Body {
  /** How {@code --help} describes the argument. */
  static final String HELP =
      "The body: a text, - for standard input, @FILE for a file (@@ stands for an @ that begins a"
          + " text). Empty if left out.";

  private Body() {}

  /**
   * The bytes.
   *
   * @throws CommandFailed with exit code 2 if they cannot be read
   */
  static byte[] read(@Nullable String argument, InputStream standardInput) {
    if (argument == null) {
      return new byte[0];
    }
    if (argument.startsWith("@@")) {
      return argument.substring(1).getBytes(UTF_8);
    }
    try {
      if (argument.equals("-")) {
        return bounded(argument, standardInput);
      }
      if (argument.startsWith("@")) {
        try (InputStream file = Files.newInputStream(Path.of(argument.substring(1)))) {
          return bounded(argument, file);
        }
      }
    } catch (NoSuchFileException e) {
      throw unreadable(argument, "no such file");
    } catch (AccessDeniedException e) {
      throw unreadable(argument, "no permission to read it");
    } catch (InvalidPathException e) {
      throw unreadable(argument, e.getReason() + "; or " + Arguments.REMEDY);
    } catch (IOException e) {
      String said = e.getMessage();
      throw unreadable(argument, said == null ? e.toString() : said);
    }
    return argument.getBytes(UTF_8);
  }

  /** Input may be endless, and no frame is longer. */
  private static byte[] bounded(String argument, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(FrameHeader.MAX_LENGTH + 1);
    if (bytes.length > FrameHeader.MAX_LENGTH) {
      throw unreadable(argument, "more than " + FrameHeader.MAX_LENGTH + " bytes");
    }
    return bytes;
  }

  private static CommandFailed unreadable(String argument, String why) {
    return new CommandFailed(
        ExitCode.USAGE,
        "body " + argument + ": " + why + " (expected a text, - for standard input, or @FILE)");
  }
}
