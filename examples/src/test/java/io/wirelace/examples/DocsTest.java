package io.wirelace.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.config.RecordSettings;
import io.wirelace.config.ServerSettings;
import io.wirelace.config.SessionSettings;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every Java snippet of the documentation stands, letter by letter, in a file that is compiled. */
class DocsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern BLOCK =
      Pattern.compile("(?:<!-- snippet: (\\S+) -->\n)?```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:\\s]+)(?:#[^)]*)?\\)");

  @Test
  void everyJavaSnippetIsCompiled() throws IOException {
    Map<String, String> snippets = snippets();
    List<String> wrong = new ArrayList<>();
    int found = 0;
    for (Path page : pages()) {
      Matcher block = BLOCK.matcher(Files.readString(page, UTF_8));
      while (block.find()) {
        found++;
        String name = block.group(1);
        if (name == null) {
          wrong.add(page + ": a java block without <!-- snippet: name -->:\n" + block.group(2));
        } else if (!block.group(2).equals(snippets.get(name))) {
          wrong.add(page + ": snippet " + name + " should read:\n" + snippets.get(name));
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(found).as("java blocks in the documentation").isGreaterThan(8);
  }

  @Test
  void everyLinkInTheDocumentationLeadsSomewhere() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      Matcher link = LINK.matcher(Files.readString(page, UTF_8));
      while (link.find()) {
        if (!Files.exists(page.resolveSibling(link.group(1)))) {
          dead.add(ROOT.relativize(page) + " -> " + link.group(1));
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  @Test
  void everySettingIsDocumented() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/settings.md"), UTF_8);
    assertThat(RecordSettings.names(SessionSettings.class))
        .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    assertThat(RecordSettings.names(ServerSettings.class))
        .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
  }

  @Test
  void everySettingOfTlsIsDocumented() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/transports/tls.md"), UTF_8);
    assertThat(RecordSettings.names(TlsSettings.class))
        .allSatisfy(name -> assertThat(page).contains("| `" + name + "` |"));
  }

  @Test
  void everyCodeIsDocumentedInItsOwnWords() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/errors.md"), UTF_8);
    assertThat(ErrorCode.values())
        .allSatisfy(code ->
            assertThat(page)
                .contains(
                    "| %d | %s | %s | %s | %s | %s |"
                        .formatted(
                            code.number(),
                            code.label(),
                            code.meaning(),
                            code.likelyCause(),
                            code.remedy(),
                            code.retryable() ? "yes" : "no")));
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
        Stream<Path> top = Files.list(ROOT)) {
      return Stream.concat(docs, top).filter(p -> p.toString().endsWith(".md")).sorted().toList();
    }
  }

  /** The text between {@code // snippet: name} and {@code // end}, moved to the left margin. */
  private static Map<String, String> snippets() throws IOException {
    Map<String, String> found = new HashMap<>();
    try (Stream<Path> files = Files.walk(ROOT.resolve("examples/src/main/java"))) {
      for (Path file : files.filter(p -> p.toString().endsWith(".java")).toList()) {
        String name = null;
        StringBuilder text = new StringBuilder();
        for (String line : Files.readAllLines(file, UTF_8)) {
          String bare = line.strip();
          if (bare.startsWith("// snippet: ")) {
            name = bare.substring("// snippet: ".length());
            text.setLength(0);
          } else if (bare.equals("// end") && name != null) {
            found.put(name, text.toString().stripTrailing().stripIndent().strip() + "\n");
            name = null;
          } else {
            text.append(line).append('\n');
          }
        }
      }
    }
    return found;
  }
}
