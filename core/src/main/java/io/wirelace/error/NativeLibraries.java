package io.wirelace.error;

/** Says why a native library was not loaded, and what to do where that is known. Stateless. */
public final class NativeLibraries {
  private NativeLibraries() {}

  /** One line. Libraries are unpacked to the temporary folder, which often may not execute them. */
  public static String whyNot(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String said = root.getMessage();
    String first =
        (said == null ? root.toString() : said).lines().findFirst().orElse(root.toString());
    return mayNotExecute(first) ? first + hint() : first;
  }

  /** As glibc and musl say it. */
  private static boolean mayNotExecute(String message) {
    return message.contains("failed to map segment") || message.contains("Operation not permitted");
  }

  private static String hint() {
    String workdir = System.getProperty("io.netty.native.workdir");
    String folder = workdir == null ? System.getProperty("java.io.tmpdir", "?") : workdir;
    return " (the folder "
        + folder
        + " does not let files be executed, noexec perhaps: set -Dio.netty.native.workdir=FOLDER to"
        + " one that does)";
  }
}
