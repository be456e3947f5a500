package io.wirelace.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NativeLibrariesTest {
  @Test
  void aFolderThatMayNotExecuteIsNamedWithTheWayOut() {
    Throwable root =
        new UnsatisfiedLinkError("/tmp/x.so: failed to map segment from shared object");

    assertThat(NativeLibraries.whyNot(new IllegalStateException("outer", root)))
        .startsWith("/tmp/x.so: failed to map segment")
        .contains(System.getProperty("java.io.tmpdir"), "-Dio.netty.native.workdir=FOLDER");
    assertThat(NativeLibraries.whyNot(new UnsatisfiedLinkError("only on OSX\nat x")))
        .isEqualTo("only on OSX");
  }
}
