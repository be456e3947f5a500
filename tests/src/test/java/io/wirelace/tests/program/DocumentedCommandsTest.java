package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that the documentation marks with {@code <!-- run -->} print what it shows. */
class DocumentedCommandsTest {
  private static final Pattern BLOCK =
      Pattern.compile("<!-- run -->\n```console\n(.*?)```", Pattern.DOTALL);
  private static final Path ROOT = Path.of(System.getProperty("wirelace.root", ".."));

  /** A command and the lines shown under it. */
  private record Shown(List<String> arguments, List<String> lines) {}

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/lace.md"})
  void commandsPrintWhatIsShown(String page) throws Exception {
    List<Shown> shown = commands(Files.readString(ROOT.resolve(page), UTF_8));
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

  private static List<Shown> commands(String page) {
    List<Shown> found = new ArrayList<>();
    Matcher block = BLOCK.matcher(page);
    while (block.find()) {
      for (String line : block.group(1).lines().toList()) {
        if (line.startsWith("$ ./lace ")) {
          String rest = line.substring("$ ./lace ".length());
          found.add(new Shown(List.of(rest.split(" ")), new ArrayList<>()));
        } else {
          found.getLast().lines().add(line);
        }
      }
    }
    return found;
  }
}
