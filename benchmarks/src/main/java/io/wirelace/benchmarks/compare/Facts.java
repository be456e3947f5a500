package io.wirelace.benchmarks.compare;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where and how was measured, for the page. */
public final class Facts {
  private static final Pattern VERSIONED_JAR =
      Pattern.compile(
          "(netty-transport|wirelace-core|rsocket-core"
              + "|reactor-netty-core|reactor-core|grpc-netty|vertx-core)"
              + "-(\\d[^/]*)\\.jar");

  /** What columns mean, in Markdown that is plain but for code. */
  static final String HOW_TO_READ =
      """
      `client ns` and `server ns` are processor time of each process for each message, kernel included, from `/proc`.
      `noise` is the most of the machine that other processes, and the host of a virtual machine, took during a cell.
      Idle bytes are what the server holds more after a collection than before: heap, direct memory that only Netty
      counts, and the JDK's direct buffers (Netty's are there on most JDKs); `resident` is what the system says.
      """;

  private Facts() {}

  /** How to find the class path of a contender. */
  @FunctionalInterface
  interface ClassPaths {
    String of(Entrant entrant) throws IOException;
  }

  static Map<String, String> gather(Options options, ClassPaths classPaths) throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Study", options.study.name());
    facts.put("Command", "`" + options.command + "`");
    facts.put("Date", LocalDate.now(ZoneOffset.UTC).toString());
    facts.put("Commit", commit());
    facts.put(
        "Machine",
        processor()
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors, "
            + memory());
    facts.put("System", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("JDK", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("JVM flags of all", "`" + String.join(" ", Cell.commonFlags()) + "`");
    facts.put(
        "Each cell",
        options.warmUp.toMillis() / 1e3
            + " s warm-up ("
            + Cell.CONNECT_WARM_UPS
            + " times that for connections), "
            + options.measured.toMillis() / 1e3
            + " s measured, "
            + options.runs
            + " runs, seed "
            + options.seed
            + ", repeated while others take more than "
            + Math.round(100 * options.noise)
            + " % of the machine ("
            + options.attempts
            + " attempts at most)");
    for (Entrant entrant : options.entrants) {
      String flags = String.join(" ", entrant.jvmFlags());
      facts.put(
          entrant.name(),
          versions(classPaths.of(entrant)) + (flags.isEmpty() ? "" : "; `" + flags + "`"));
    }
    return facts;
  }

  /** Of results that were measured at two times: what differs is told of both. */
  static Map<String, String> both(Map<String, String> before, Map<String, String> now) {
    Map<String, String> facts = new LinkedHashMap<>(before);
    now.forEach((name, value) ->
        facts.merge(name, value, (old, more) -> old.equals(more) ? old : old + "; then " + more));
    return facts;
  }

  private static String versions(String classPath) {
    TreeSet<String> versions = new TreeSet<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      Path jar = Path.of(entry).getFileName();
      Matcher named = VERSIONED_JAR.matcher(jar == null ? "" : jar.toString());
      if (named.matches()) {
        versions.add(named.group(1) + " " + named.group(2));
      }
    }
    return String.join(", ", versions);
  }

  /** What git calls the tree; "unknown" without git. */
  public static String commit() throws IOException {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String told =
          new String(git.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
              .strip();
      return told.isEmpty() ? "unknown" : told;
    } catch (IOException e) {
      return "unknown"; // no git here
    }
  }

  /** The model of the processor. */
  public static String processor() throws IOException {
    return line("/proc/cpuinfo", "model name", System.getProperty("os.arch"));
  }

  /** The memory of the machine, or empty. */
  public static String memory() throws IOException {
    String kib = line("/proc/meminfo", "MemTotal", "").replaceAll("\\D+", "");
    return kib.isEmpty() ? "" : Math.round(Long.parseLong(kib) / 1048576.0) + " GiB";
  }

  private static String line(String file, String key, String otherwise) throws IOException {
    if (!Files.exists(Path.of(file))) {
      return otherwise;
    }
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(otherwise);
  }
}
