package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands that the documentation marks with {@code <!-- run -->} print what it shows; those marked
 * with {@code <!-- run alone -->} do so in an empty folder, with the server that they start.
 */
class DocumentedCommandsTest {
  private static final String BLOCK = "```console\n(.*?)```";
  private static final Pattern RUN = Pattern.compile("<!-- run -->\n" + BLOCK, Pattern.DOTALL);
  private static final Pattern ALONE =
      Pattern.compile("<!-- run alone -->\n" + BLOCK, Pattern.DOTALL);
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
  private static final Path ROOT = Path.of(System.getProperty("wirelace.root", ".."));

  /** A command and the lines shown under it. */
  private record Shown(List<String> arguments, List<String> lines) {}

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/lace.md"})
  void commandsPrintWhatIsShown(String page) throws Exception {
    List<Shown> shown = commands(RUN, Files.readString(ROOT.resolve(page), UTF_8));
    assertThat(shown).isNotEmpty();
    try (LaceProcess server = LaceProcess.server()) {
      String uri = server.uri();
      for (Shown command : shown) {
        List<String> arguments = new ArrayList<>(command.arguments());
        if (!arguments.getFirst().equals("error")) {
          arguments.addAll(1, List.of("-e", uri));
        }
        LaceProcess.Finished run = LaceProcess.run(arguments.toArray(String[]::new));
        assertThat(run.status()).as("%s: %s", arguments, run.err()).isZero();
        if (!command.lines().isEmpty()) {
          assertThat(run.out().lines().toList()).isEqualTo(command.lines());
        }
      }
    }
  }

  @Test
  void commandsWithAServerOfTheirOwnPrintWhatIsShown(@TempDir Path folder) throws Exception {
    List<Shown> shown = commands(ALONE, Files.readString(ROOT.resolve("README.md"), UTF_8));
    assertThat(shown).isNotEmpty();
    List<LaceProcess> servers = new ArrayList<>();
    String port = "7420"; // as it is shown; what listens takes a free one
    try {
      for (Shown command : shown) {
        if (command.arguments().getLast().equals("&")) {
          List<String> arguments = new ArrayList<>(command.arguments());
          arguments.removeLast();
          arguments.replaceAll(word -> word.replace(":7420", ":0"));
          LaceProcess server = LaceProcess.startIn(folder, arguments);
          servers.add(server);
          port = Integer.toString(URI.create(server.uri()).getPort());
        } else {
          String bound = ":" + port;
          List<String> arguments =
              command.arguments().stream().map(word -> word.replace(":7420", bound)).toList();
          LaceProcess.Finished run = LaceProcess.runIn(folder, arguments);
          assertThat(run.status()).as("%s: %s", arguments, run.err()).isZero();
          if (!command.lines().isEmpty()) {
            assertThat(run.out().lines().toList()).isEqualTo(command.lines());
          }
        }
      }
      assertThat(servers).isNotEmpty();
    } finally {
      servers.forEach(LaceProcess::close);
    }
  }

  private static List<String> words(String line) {
    return WORD.matcher(line)
        .results()
        .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
        .toList();
  }

  private static List<Shown> commands(Pattern blocks, String page) {
    List<Shown> found = new ArrayList<>();
    Matcher block = blocks.matcher(page);
    while (block.find()) {
      for (String line : block.group(1).lines().toList()) {
        if (line.startsWith("$ ./lace ")) {
          String rest = line.substring("$ ./lace ".length());
          found.add(new Shown(words(rest), new ArrayList<>()));
        } else {
          found.getLast().lines().add(line);
        }
      }
    }
    return found;
  }
}
