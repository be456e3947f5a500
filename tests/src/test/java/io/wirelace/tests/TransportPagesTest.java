package io.wirelace.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.wirelace.error.WirelaceException;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.Transports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each transport's page names every option that the transport reads, and no other. */
class TransportPagesTest {
  private static final Path PAGES =
      Path.of(System.getProperty("wirelace.root", "..")).resolve("docs/transports");
  private static final Pattern EXPECTED = Pattern.compile("\\(expected one of (.+)\\)$");
  private static final Pattern TABLE =
      Pattern.compile("(?m)^\\| option \\|[^\n]*\\n\\|[-|: ]+\\|\\n((?:\\|[^\n]*\\n)+)");
  private static final Pattern OPTION_ROW = Pattern.compile("(?m)^\\| (`[^|]+`) \\|");
  private static final Pattern NAME = Pattern.compile("`([a-z0-9-]+)`");

  private static List<String> options(String uri) {
    WirelaceException refused =
        catchThrowableOfType(
            WirelaceException.class,
            () -> Transports.of(Endpoint.parse(uri + "?no-such-option=1")));
    Matcher expected = EXPECTED.matcher(refused.fault().message());
    assertThat(expected.find()).as(refused.fault().message()).isTrue();
    return List.of(expected.group(1).split(", ", -1));
  }

  private static List<String> documented(String page) throws Exception {
    return TABLE
        .matcher(Files.readString(PAGES.resolve(page + ".md")))
        .results()
        .flatMap(table -> OPTION_ROW.matcher(table.group(1)).results())
        .flatMap(row -> NAME.matcher(row.group(1)).results())
        .map(name -> name.group(1))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "tcp://127.0.0.1:1, tcp",
    "tls://127.0.0.1:1, tls tcp",
    "unix:/run/lace.sock, unix",
    "udp://127.0.0.1:1, udp",
    "ws://127.0.0.1:1/lace, websocket tcp",
    "wss://127.0.0.1:1/lace, websocket tls tcp",
    "quic://127.0.0.1:1, quic tls",
    "any://127.0.0.1:1, any websocket tls tcp"
  })
  void everyOptionIsOnItsPage(String uri, String pages) throws Exception {
    List<String> known = options(uri);
    assertThat(known).isNotEmpty();
    List<String> named = new java.util.ArrayList<>();
    for (String page : pages.split(" ", -1)) {
      named.addAll(documented(page));
    }
    assertThat(named).containsAll(known);
    // The first page is the transport's own: what it names must act there.
    assertThat(known).containsAll(documented(pages.split(" ", -1)[0]));
  }
}
