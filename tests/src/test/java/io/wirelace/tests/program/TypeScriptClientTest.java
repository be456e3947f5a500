package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.Server;
import io.wirelace.Wirelace;
import io.wirelace.session.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The client for browsers and Node: its own tests in Node, and a page in Chromium. Longer than a
 * minute may be spent here, because npm installs and compiles first.
 */
@Timeout(600)
class TypeScriptClientTest {
  private static final Pattern COUNT = Pattern.compile("(?m)^. pass (\\d+)$");

  @TempDir static Path folder;
  private static TypeScriptPackage client;

  @BeforeAll
  @Timeout(600)
  static void build() throws Exception {
    client = TypeScriptPackage.build(folder);
  }

  @Test
  void itsOwnTestsPassAgainstTheProgram() throws Exception {
    TypeScriptPackage.Finished tests = client.run("npm", "test");
    System.out.println(skippedOf(tests.output()));
    assertThat(tests.status()).as(tests.output()).isZero();
    Matcher count = COUNT.matcher(tests.output());
    assertThat(count.find()).as(tests.output()).isTrue();
    assertThat(Integer.parseInt(count.group(1))).isGreaterThan(400);
  }

  private static String skippedOf(String output) {
    return output
        .lines()
        .filter(line -> line.contains("# SKIP") || line.matches(". (pass|skipped) \\d+"))
        .reduce("clients/typescript:", (all, line) -> all + "\n  " + line);
  }

  @Test
  void aPageInChromiumUsesIt() throws Exception {
    try (BrowserPage page = BrowserPage.serve(client.file("dist"));
        Server asking = askingServer(page.origin())) {
      page.startLace();
      Map<String, String> asked =
          Map.of(
              "url", page.laceUri(),
              "asking", asking.uri(),
              "steps", "requests,failures,notifications,bothWays,reconnecting");
      assertThat(page.open(asked))
          .isEqualTo("requests,failures,notifications,bothWays,reconnecting;");
    }
  }

  @Test
  void aPageOfAnotherOriginIsTurnedAway() throws Exception {
    try (BrowserPage listed = BrowserPage.serve(client.file("dist"));
        BrowserPage foreign = BrowserPage.serve(client.file("dist"))) {
      listed.startLace();
      Map<String, String> asked = Map.of("url", listed.laceUri(), "steps", "foreignOrigin");
      assertThat(foreign.open(asked)).isEqualTo("foreignOrigin;");
      asked = Map.of("url", listed.laceUri(), "steps", "requests");
      assertThat(listed.open(asked)).isEqualTo("requests;");
    }
  }

  /** Answers by asking back. */
  private static Server askingServer(String origin) {
    return Wirelace.server()
        .listen("ws://127.0.0.1:0/lace?origins=" + origin)
        .route(
            "ask-me",
            (session, message) -> {
              Message question = Message.of("question", message.body());
              Message answer = session.request(question, Duration.ofSeconds(20));
              String from = answer.header("from").orElse("nobody");
              return (answer.text() + ", says " + from).getBytes(UTF_8);
            })
        .start();
  }
}
