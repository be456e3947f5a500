package io.wirelace.tests.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A copy of {@code clients/typescript}, so that a build of it leaves nothing in the source tree.
 */
final class TypeScriptPackage {
  private static final int LEAST_NODE = 20;

  /** What npm says where it does not reach a registry. */
  private static final Pattern UNREACHABLE =
      Pattern.compile(
          "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH");

  private static final Pattern NOT_SOURCE = Pattern.compile("node_modules|dist|build");

  private final Path folder;

  private TypeScriptPackage(Path folder) {
    this.folder = folder;
  }

  static Path root() {
    return Path.of(System.getProperty("wirelace.root", "..")).toAbsolutePath().normalize();
  }

  /** Copies, installs and builds it; skips the tests, saying so, where that is not possible. */
  static TypeScriptPackage build(Path folder) throws Exception {
    ForeignPeer.assumeInstalled("npm");
    assumeNode();
    copy(root().resolve("clients/typescript"), folder);
    TypeScriptPackage copy = new TypeScriptPackage(folder);
    Finished install =
        copy.run("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1");
    if (install.status != 0 && UNREACHABLE.matcher(install.output).find()) {
      skip("no npm registry in reach");
    }
    assertThat(install.status).as(install.output).isZero();
    Finished build = copy.run("npm", "run", "build");
    assertThat(build.status).as(build.output).isZero();
    return copy;
  }

  private static void assumeNode() throws Exception {
    ForeignPeer.assumeInstalled("node");
    try (ForeignPeer node = ForeignPeer.start("node", "--version")) {
      String version = node.line();
      if (Integer.parseInt(version.replaceAll("v(\\d+)\\..*", "$1")) < LEAST_NODE) {
        skip("node " + version + " is older than " + LEAST_NODE);
      }
    }
  }

  private static void skip(String why) {
    System.out.println("skipped, " + why);
    Assumptions.abort(why);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(file.getFileName().toString());
        if (!Files.isDirectory(file)) {
          Files.copy(file, copy);
        } else if (!NOT_SOURCE.matcher(file.getFileName().toString()).matches()) {
          copy(file, Files.createDirectory(copy));
        }
      }
    }
  }

  /** Where a file of the package is. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** How a command ended, and all that it wrote. */
  record Finished(int status, String output) {}

  /** Runs a command in the folder, for at most nine minutes. */
  Finished run(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)));
    builder.directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("WIRELACE_ROOT", root().toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    process.getOutputStream().close();
    Thread guard =
        Thread.ofVirtual()
            .start(() -> {
              try {
                if (!process.waitFor(9, TimeUnit.MINUTES)) {
                  process.descendants().forEach(ProcessHandle::destroyForcibly);
                  process.destroyForcibly();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try (InputStream out = process.getInputStream()) {
      String output = new String(out.readAllBytes(), UTF_8);
      int status = process.waitFor();
      guard.join();
      return new Finished(status, output);
    }
  }
}
