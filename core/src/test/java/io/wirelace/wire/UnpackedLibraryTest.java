package io.wirelace.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native libraries do not stay in the temporary folder. */
final class UnpackedLibraryTest {
  @Test
  void onlyFilesOfThatNameAreFound() {
    assertThat(
            UnpackedLibrary.loaded(
                List.of(
                    "7f00-7f01 r-xp 00000000 fe:00 1   /tmp/liblz4-java-1.so",
                    "7f01-7f02 r--p 00000000 fe:00 1   /tmp/liblz4-java-1.so",
                    "7f02-7f03 r--p 00000000 fe:00 2   /tmp/liblz4-java-x/other.so",
                    "7f03-7f04 rw-p 00000000 00:00 0"),
                "liblz4-java-"))
        .containsExactly(Path.of("/tmp/liblz4-java-1.so"));
  }

  @Test
  void theLibraryOfLz4IsGoneOnceItIsLoaded() throws IOException {
    Path maps = Path.of("/proc/self/maps");
    assumeTrue(Files.exists(maps), "SKIP: no /proc/self/maps");
    assertThat(Compression.LZ4.deflate(new byte[1000])).isNotNull();
    assertThat(Files.readAllLines(maps))
        .filteredOn(line -> line.contains("liblz4-java-"))
        .isNotEmpty()
        .allMatch(line -> line.endsWith("(deleted)"));
  }

  /** A process that compresses and then halts, as lace does when it is told to stop. */
  static final class Halting {
    public static void main(String[] arguments) {
      for (Compression one : List.of(Compression.LZ4, Compression.ZSTD)) {
        if (one.deflate(new byte[100_000]) == null) {
          Runtime.getRuntime().halt(1);
        }
      }
      Runtime.getRuntime().halt(0);
    }
  }

  @Test
  void aProcessThatHaltsLeavesNothingBehind(@TempDir Path temporary) throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/maps")), "SKIP: no /proc/self/maps");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Halting.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).isEmpty();
    }
  }
}
