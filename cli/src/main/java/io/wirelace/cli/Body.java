package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
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
        return standardInput.readAllBytes();
      }
      if (argument.startsWith("@")) {
        return Files.readAllBytes(Path.of(argument.substring(1)));
      }
    } catch (NoSuchFileException | InvalidPathException e) {
      throw unreadable(argument, "no such file");
    } catch (IOException e) {
      throw unreadable(argument, e.toString());
    }
    return argument.getBytes(UTF_8);
  }

  private static CommandFailed unreadable(String argument, String why) {
    return new CommandFailed(
        ExitCode.USAGE,
        "body " + argument + ": " + why + " (expected a text, - for standard input, or @FILE)");
  }
}
