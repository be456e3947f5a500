package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program of modules uses QUIC as docs/transports/quic.md says. */
class ModulePathTest {
  private static final Pattern USED =
      Pattern.compile(
          "wirelace-(core|quic)-.*(?<!tests)\\.jar|slf4j-api-.*|jspecify-.*|logback-(classic|core)-.*"
              + "|netty-(common|buffer|transport|handler|resolver|codec-base|codec-classes-quic"
              + "|tcnative-classes|transport-native-unix-common"
              + "|transport-classes-(epoll|kqueue|io_uring))-[0-9].*"
              + "|netty-(codec-native-quic|transport-native-epoll)-.*linux-x86_64.jar");

  private static final String PROGRAM =
      """
      package app;
      import io.wirelace.*;
      public class Main {
        public static void main(String[] args) {
          try (Server server = Wirelace.server()
                  .listen("quic://127.0.0.1:0?cert=" + args[0] + "&key=" + args[1])
                  .defaultRoute((session, message) -> message.body())
                  .start();
              Client client = Wirelace.connect(server.uri() + "?ca=" + args[0])) {
            System.out.println("echo " + client.request("", new byte[200_000]).length);
          }
        }
      }
      """;

  @TempDir static Path folder;

  private static String modules = "";
  private static String certificate = "";
  private static String key = "";

  @BeforeAll
  static void compile() throws Exception {
    List<String> jars =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> USED.matcher(Path.of(entry).getFileName().toString()).matches())
            .toList();
    Assumptions.assumeTrue(
        jars.stream().anyMatch(jar -> jar.contains("wirelace-quic-")), "not run from jars");
    Assumptions.assumeTrue(
        jars.stream().anyMatch(jar -> jar.contains("codec-native-quic")), "for Linux x86-64");
    Path source = Files.createDirectories(folder.resolve("src/app/app"));
    Files.writeString(
        source.resolveSibling("module-info.java"), "module app { requires io.wirelace.core; }");
    Files.writeString(source.resolve("Main.java"), PROGRAM);
    modules = String.join(File.pathSeparator, jars);
    StringWriter said = new StringWriter();
    int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                new PrintWriter(said),
                new PrintWriter(said),
                "-p",
                modules,
                "--module-source-path",
                folder.resolve("src").toString(),
                "-d",
                folder.resolve("out").toString(),
                "-m",
                "app");
    assertThat(status).as(said.toString()).isZero();
    modules += File.pathSeparator + folder.resolve("out");
    X509Bundle bundle =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .addSanIpAddress("127.0.0.1")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    certificate = bundle.toTempCertChainPem().getPath();
    key = bundle.toTempPrivateKeyPem().getPath();
  }

  private static String run() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Path log = Path.of(System.getProperty("wirelace.root", ".."), "tests", "logback-test.xml");
    command.add("-Dlogback.configurationFile=" + log.toAbsolutePath());
    command.addAll(List.of("-p", modules, "--enable-native-access=io.netty.common"));
    command.add("--add-modules");
    command.add(
        "io.wirelace.quic,io.netty.codec.quic.linux.x86_64,io.netty.transport.epoll.linux.x86_64");
    command.addAll(List.of("-m", "app/app.Main", certificate, key));
    Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String said = new String(started.getInputStream().readAllBytes(), UTF_8);
      assertThat(started.waitFor(50, TimeUnit.SECONDS)).isTrue();
      assertThat(said).contains("echo 200000");
      return said;
    } finally {
      started.destroyForcibly();
    }
  }

  /** That several datagrams are handed over at once needs classes of three modules. */
  @Test
  void asTheDocsSayItWorksWithoutAWarning() throws Exception {
    assertThat(run()).doesNotContain("IllegalAccess", "by itself");
  }
}
