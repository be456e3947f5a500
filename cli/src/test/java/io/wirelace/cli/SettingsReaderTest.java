package io.wirelace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.wirelace.error.WirelaceException;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.Transports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsReaderTest {
  @TempDir Path folder;

  private final List<String> warnings = new ArrayList<>();

  private SettingsReader reader(Map<String, String> environment) {
    return new SettingsReader(environment, warnings::add);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("lace.toml"), text);
  }

  @Test
  void nothingGivenIsTheDefault() {
    ServeSettings settings = reader(Map.of()).read(null, List.of(), List.of());

    assertThat(settings.listen()).isEmpty();
    assertThat(settings.session().maxInFlight()).isEqualTo(1024);
  }

  @Test
  void numbersAndTextsAreBothTaken() throws Exception {
    Path file =
        file(
            """
            listen = ["tcp://127.0.0.1:0", "memory://a"]
            [server]
            drain-timeout = "2s"
            node = "left"
            reveal-errors = true
            [session]
            max-frame-bytes = "64KiB"
            max-in-flight = 7
            """);

    ServeSettings settings = reader(Map.of()).read(file, List.of(), List.of());

    assertThat(settings.listen()).containsExactly("tcp://127.0.0.1:0", "memory://a");
    assertThat(settings.server().drainTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings.server().node()).isEqualTo("left");
    assertThat(settings.server().revealErrors()).isTrue();
    assertThat(settings.session().maxFrameBytes()).isEqualTo(64 * 1024);
    assertThat(settings.session().maxInFlight()).isEqualTo(7);
  }

  @Test
  void tlsHasATableAndElsewhereAPrefix() throws Exception {
    Path file =
        file(
            """
            [tls]
            cert = "a.pem"
            client-auth = "want"
            session-cache = 7
            reload-interval = "1s"
            """);

    ServeSettings settings =
        reader(Map.of("LACE_TLS_CERT", "b.pem", "LACE_TLS_VERIFY_HOST", "false"))
            .read(file, List.of("tls-client-auth=need"), List.of());

    assertThat(settings.tls().cert()).isEqualTo("b.pem");
    assertThat(settings.tls().verifyHost()).isFalse();
    assertThat(settings.tls().clientAuth()).isEqualTo("need");
    assertThat(settings.tls().sessionCache()).isEqualTo(7);
    assertThat(settings.tls().reloadInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(warnings).isEmpty();
  }

  @Test
  void mistakesInTheTableOfTlsAreTold() throws Exception {
    Path file = file("[tls]\ncerts = \"a.pem\"\nkey-password = 5\nversions = \"1.1\"\n");

    assertThatThrownBy(() -> reader(Map.of()).read(file, List.of(), List.of()))
        .hasMessageContaining("[tls] certs: unknown setting")
        .hasMessageContaining("text in quotation marks")
        .hasMessageContaining("older ones are not safe");
  }

  @Test
  void theCommandLineOverridesTheEnvironmentAndThatTheFile() throws Exception {
    Path file =
        file(
            """
            listen = ["memory://file"]
            [session]
            max-in-flight = 1
            max-headers = 1
            idle-timeout = "1s"
            """);
    Map<String, String> environment =
        Map.of(
            "LACE_MAX_IN_FLIGHT", "2",
            "LACE_MAX_HEADERS", "2",
            "LACE_LISTEN", "memory://a,memory://b",
            "LACE_JAVA_OPTS", "-Xmx1g");

    ServeSettings settings = reader(environment).read(file, List.of("max-in-flight=3"), List.of());

    assertThat(settings.session().maxInFlight()).isEqualTo(3);
    assertThat(settings.session().maxHeaders()).isEqualTo(2);
    assertThat(settings.session().idleTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(settings.listen()).containsExactly("memory://a", "memory://b");
  }

  @Test
  void allMistakesAreToldAtOnceWithTheirPlaces() throws Exception {
    Path file =
        file(
            """
            listn = "x"
            listen = ["foo://bar"]

            [server]
            io = "epol"
            node = 5
              max-connections = 0
            request-timeout = "5s"
            [session]
            max-inflight = 5
            request-timeout = 5
            [sesion]
            """);

    assertThatThrownBy(() ->
            reader(Map.of("LACE_MAX_HEADERS", "many"))
                .read(file, List.of("nodes=a", "node"), List.of("tcp")))
        .asInstanceOf(type(CommandFailed.class))
        .satisfies(failed -> {
          assertThat(failed.exitCode()).isEqualTo(ExitCode.CONFIG);
          assertThat(String.valueOf(failed.getMessage()).lines().skip(1).map(String::trim))
              .containsExactly(
                  file
                      + ":1:1: listn: unknown at the top level (expected listen, [server],"
                      + " [session] or [tls])",
                  file + ":2:1: " + unknownTransport(),
                  file + ":5:1: io: epol (expected one of auto, epoll, kqueue, io_uring, nio)",
                  file + ":6:1: node: 5 (expected a text in quotation marks)",
                  file + ":7:3: max-connections: 0 (expected 1 to 16777216)",
                  file
                      + ":8:1: [server] request-timeout: unknown setting (it belongs into"
                      + " [session])",
                  file
                      + ":10:1: [session] max-inflight: unknown setting (did you mean"
                      + " max-in-flight?)",
                  file + ":11:1: request-timeout: 5 (expected a value such as 500ms, 5s or 2m)",
                  file
                      + ":12:1: [sesion]: unknown table (expected [server], [session] or [tls])"
                      + " (did you mean session?)",
                  "environment variable LACE_MAX_HEADERS: max-headers: many (expected a value"
                      + " such as 64KiB)",
                  "--set nodes=a: no such setting (did you mean node?)",
                  "--set node: no value (expected name=value)",
                  "--listen: endpoint tcp: no scheme (expected"
                      + " scheme://host:port?option=value or unix:/path?option=value)");
        });
  }

  /** It names the transports that are there, which are more in some builds. */
  private static String unknownTransport() {
    try {
      Transports.of(Endpoint.parse("foo://x"));
      throw new AssertionError("there is a transport for foo://");
    } catch (WirelaceException e) {
      assertThat(e.fault().message())
          .startsWith("no transport for foo:// (expected one of any, memory");
      return e.fault().message();
    }
  }

  @Test
  void whatIsNotTomlIsToldWithItsPlace() throws Exception {
    Path file = file("[server]\nnode = \n[session\n");

    assertThatThrownBy(() -> reader(Map.of()).read(file, List.of(), List.of()))
        .hasMessageContaining(file + ":2:8: ")
        .hasMessageContaining(file + ":3:9: ");
  }

  @Test
  void aMissingFileIsToldByName() {
    Path missing = folder.resolve("missing.toml");

    assertThatThrownBy(() -> reader(Map.of()).read(missing, List.of(), List.of()))
        .hasMessage("--config " + missing + ": no such file");
  }

  @Test
  void aVariableThatIsNoSettingIsAWarning() {
    reader(Map.of("LACE_SERVICE_HOST", "10.0.0.1", "LACE_MAX_INFLIGHT", "1", "LACE_IO", "nio"))
        .read(null, List.of(), List.of());

    assertThat(warnings)
        .containsExactly(
            "environment variable LACE_MAX_INFLIGHT: no such setting (did you mean max-in-flight?)",
            "environment variable LACE_SERVICE_HOST: no such setting");
  }

  @Test
  void commasOfOptionsDoNotSeparateEndpoints() {
    String many =
        "ws://127.0.0.1:1?origins=https://a.example,https://b.example,tcp://127.0.0.1:2?proxy-from="
            + "10.0.0.0/8,127.0.0.1 memory://a, memory://b ,memory://c";

    assertThat(SettingsReader.endpoints(many))
        .containsExactly(
            "ws://127.0.0.1:1?origins=https://a.example,https://b.example",
            "tcp://127.0.0.1:2?proxy-from=10.0.0.0/8,127.0.0.1",
            "memory://a",
            "memory://b",
            "memory://c");
  }

  @Test
  void aVariableThatDidNotSurviveTheLocaleIsRefused() {
    assertThatThrownBy(() ->
            reader(Map.of("LACE_LISTEN", "memory://\uFFFD\uFFFD")).read(null, List.of(), List.of()))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining("LACE_LISTEN")
        .hasMessageContaining("LC_ALL=C.UTF-8");
  }
}
