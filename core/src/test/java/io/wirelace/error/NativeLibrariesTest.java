package io.wirelace.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NativeLibrariesTest {
  @Test
  void aFolderThatMayNotExecuteIsNamedWithTheWayOut() {
    Throwable root =
        new UnsatisfiedLinkError("folder/x.so: failed to map segment from shared object");

    assertThat(NativeLibraries.whyNot(new IllegalStateException("outer", root)))
        .startsWith("folder/x.so: failed to map segment")
        .contains(System.getProperty("java.io.tmpdir"), "-Dio.netty.native.workdir=FOLDER");
    assertThat(NativeLibraries.whyNot(new UnsatisfiedLinkError("only on OSX\nat x")))
        .isEqualTo("only on OSX");
  }

  /** As Netty tries BoringSSL's library: under several names, and says nothing of each. */
  @Test
  void whatIsOnlySuppressedCountsToo() {
    Throwable each = new UnsatisfiedLinkError("could not load a native library: x");
    each.addSuppressed(new UnsatisfiedLinkError("folder/x.so: failed to map segment from shared"));
    Throwable all = new IllegalArgumentException("Failed to load any of the given libraries: [x]");
    all.addSuppressed(new UnsatisfiedLinkError("no y in java.library.path"));
    all.addSuppressed(each);

    assertThat(NativeLibraries.whyNot(new LinkageError("outer", all)))
        .startsWith("folder/x.so: failed to map segment")
        .contains("-Dio.netty.native.workdir=FOLDER");
  }

  @Test
  void thePropertyOfTheLibraryIsNamed() {
    Throwable zstd = new UnsatisfiedLinkError("folder/z.so: failed to map segment\nUnsupported OS");

    assertThat(NativeLibraries.whyNot(zstd, "ZstdTempFolder"))
        .startsWith("folder/z.so: failed to map segment (the folder ")
        .endsWith("set -DZstdTempFolder=FOLDER to one that does)");
  }
}
