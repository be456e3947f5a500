package io.wirelace.cli;

import io.wirelace.Wirelace;
import io.wirelace.config.RecordSettings;
import io.wirelace.config.ServerSettings;
import io.wirelace.config.SessionSettings;
import io.wirelace.config.TlsSettings;
import io.wirelace.error.WirelaceException;
import io.wirelace.transport.IoBackend;
import io.wirelace.transport.Transports;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts settings together: the file, over it the environment, over that the command line. All
 * mistakes are told at once, each with where it stands. Used once, by one thread.
 */
final class SettingsReader {
  private static final String PREFIX = "LACE_";
  private static final String LISTEN = "listen";

  /**
   * Blanks, or a comma before a transport's scheme: any other comma is part of an option, such as
   * {@code origins=https://a,https://b}.
   */
  private static final String BETWEEN_ENDPOINTS =
      "\\s*,\\s+|\\s+,?\\s*|,(?=(?:" + String.join("|", Transports.schemes()) + "):/)";

  private static final List<String> TABLES = List.of("server", "session", "tls");

  /** Variables of the start script. */
  private static final List<String> NOT_SETTINGS = List.of("LACE_JAVA_OPTS", "LACE_LISTEN");

  private final Map<String, String> environment;
  private final Consumer<String> warning;
  private final List<String> problems = new ArrayList<>();
  private List<String> listen = List.of();
  private ServerSettings server = ServerSettings.DEFAULT;
  private SessionSettings session = SessionSettings.DEFAULT;
  private TlsSettings tls = TlsSettings.DEFAULT;

  /**
   * A reader.
   *
   * @param warning hears of variables that look like settings and are none; they are no mistake,
   *     because others name variables too (Kubernetes does it after its services)
   */
  SettingsReader(Map<String, String> environment, Consumer<String> warning) {
    this.environment = new TreeMap<>(environment);
    this.warning = warning;
  }

  /**
   * Reads them.
   *
   * @param sets the {@code name=value} of the command line
   * @param listenArguments the endpoints of the command line
   * @throws CommandFailed with exit code 3 and all that is wrong
   */
  ServeSettings read(@Nullable Path file, List<String> sets, List<String> listenArguments) {
    if (file != null) {
      readFile(ConfigFile.read(file));
    }
    readEnvironment();
    sets.forEach(this::readSet);
    if (!listenArguments.isEmpty()) {
      listen = checkedEndpoints("--listen", listenArguments);
    }
    if (!problems.isEmpty()) {
      throw new CommandFailed(
          ExitCode.CONFIG,
          "the configuration cannot be used:"
              + System.lineSeparator()
              + "  "
              + String.join(System.lineSeparator() + "  ", problems));
    }
    return new ServeSettings(listen, server, session, tls);
  }

  // ---- the file ----

  private void readFile(ConfigFile file) {
    List<ConfigFile.Problem> found = new ArrayList<>(file.problems());
    for (ConfigFile.Entry entry : file.entries()) {
      int before = problems.size();
      readEntry(entry);
      List<String> added = problems.subList(before, problems.size());
      added.forEach(message -> found.add(new ConfigFile.Problem(entry.place(), message)));
      added.clear();
    }
    found.sort(
        Comparator.comparingInt((ConfigFile.Problem p) -> p.place().line())
            .thenComparingInt(p -> p.place().column()));
    found.forEach(problem -> problems.add(problem.place() + ": " + problem.message()));
  }

  private void readEntry(ConfigFile.Entry entry) {
    String key = entry.key();
    switch (entry.table()) {
      case "" -> readTopLevel(key, entry.value());
      case "server" -> readTable("[server]", ServerSettings.class, key, entry.value());
      case "session" -> readTable("[session]", SessionSettings.class, key, entry.value());
      case "tls" -> readTls(key, entry.value());
      default -> {
        // The table itself is told.
      }
    }
  }

  private void readTopLevel(String key, Object value) {
    if (value instanceof Map<?, ?>) {
      if (!TABLES.contains(key)) {
        problems.add(
            "["
                + key
                + "]: unknown table (expected [server], [session] or [tls])"
                + Nearest.hint(key, TABLES));
      }
    } else if (!key.equals(LISTEN)) {
      String table = table(key);
      problems.add(
          key
              + ": unknown at the top level (expected listen"
              + (table.isEmpty()
                  ? ", [server], [session] or [tls])"
                  : "; it belongs into " + table + ")"));
    } else if (value instanceof String one) {
      listen = checkedEndpoints(LISTEN, List.of(one));
    } else if (value instanceof List<?> several
        && several.stream().allMatch(String.class::isInstance)) {
      listen = checkedEndpoints(LISTEN, several.stream().map(String.class::cast).toList());
    } else {
      problems.add(
          LISTEN + ": " + value + " (expected texts such as [\"" + Target.DEFAULT + "\"])");
    }
  }

  private void readTable(String table, Class<? extends Record> type, String key, Object value) {
    if (RecordSettings.has(type, key)) {
      set(key, value);
      return;
    }
    String home = table(key);
    problems.add(
        table
            + " "
            + key
            + ": unknown setting"
            + (home.isEmpty()
                ? Nearest.hint(key, RecordSettings.names(type))
                : " (it belongs into " + home + ")"));
  }

  /** In its table, a setting of TLS goes without the prefix that it has elsewhere. */
  private void readTls(String key, Object value) {
    if (RecordSettings.has(TlsSettings.class, key)) {
      set(TlsSettings.PREFIX + key, value);
    } else {
      problems.add(
          "[tls] "
              + key
              + ": unknown setting"
              + Nearest.hint(key, RecordSettings.names(TlsSettings.class)));
    }
  }

  private static boolean isTls(String key) {
    return key.startsWith(TlsSettings.PREFIX)
        && RecordSettings.has(TlsSettings.class, key.substring(TlsSettings.PREFIX.length()));
  }

  private static String table(String key) {
    if (isTls(key)) {
      return "[tls]";
    }
    if (RecordSettings.has(ServerSettings.class, key)) {
      return "[server]";
    }
    return RecordSettings.has(SessionSettings.class, key) ? "[session]" : "";
  }

  // ---- environment and command line ----

  private void readEnvironment() {
    environment.forEach((name, value) -> {
      if (name.startsWith(PREFIX) && value.indexOf('\uFFFD') >= 0) {
        problems.add("environment variable " + name + ": " + Arguments.REMEDY);
        return;
      }
      if (!name.startsWith(PREFIX) || NOT_SETTINGS.contains(name)) {
        return;
      }
      String key = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
      if (table(key).isEmpty()) {
        warning.accept(
            "environment variable " + name + ": no such setting" + Nearest.hint(key, names()));
      } else {
        within("environment variable " + name, () -> set(key, value));
      }
    });
    String endpoints = environment.get("LACE_LISTEN");
    if (endpoints != null && !endpoints.isBlank()) {
      listen = checkedEndpoints("environment variable LACE_LISTEN", endpoints(endpoints));
    }
  }

  /** Those of LACE_LISTEN. */
  static List<String> endpoints(String value) {
    return List.of(value.trim().split(BETWEEN_ENDPOINTS, -1));
  }

  private void readSet(String argument) {
    within(
        "--set " + argument,
        () -> {
          int equals = argument.indexOf('=');
          String key = equals < 0 ? argument : argument.substring(0, equals);
          if (equals < 0) {
            problems.add("no value (expected name=value)");
          } else if (table(key).isEmpty()) {
            problems.add("no such setting" + Nearest.hint(key, names()));
          } else {
            set(key, argument.substring(equals + 1));
          }
        });
  }

  private void within(String where, Runnable reading) {
    int before = problems.size();
    reading.run();
    for (int i = before; i < problems.size(); i++) {
      problems.set(i, where + ": " + problems.get(i));
    }
  }

  private static Collection<String> names() {
    return Stream.concat(
            Stream.of(ServerSettings.class, SessionSettings.class)
                .flatMap(type -> RecordSettings.names(type).stream()),
            RecordSettings.names(TlsSettings.class).stream().map(n -> TlsSettings.PREFIX + n))
        .toList();
  }

  // ---- values ----

  private void set(String key, Object value) {
    try {
      if (isTls(key)) {
        String name = key.substring(TlsSettings.PREFIX.length());
        requireType(TlsSettings.class, name, value);
        tls = tls.with(name, value);
      } else if (RecordSettings.has(ServerSettings.class, key)) {
        requireType(ServerSettings.class, key, value);
        server = RecordSettings.with(server, key, value);
      } else {
        requireType(SessionSettings.class, key, value);
        session = RecordSettings.with(session, key, value);
      }
    } catch (CommandFailed | WirelaceException e) {
      problems.add(
          e instanceof WirelaceException ours
              ? ours.fault().message()
              : String.valueOf(e.getMessage()));
    }
  }

  /** What a record does not check itself, because to it every value is a text. */
  private static void requireType(Class<? extends Record> type, String key, Object value) {
    boolean isText =
        Arrays.stream(type.getRecordComponents())
            .filter(component -> component.getType() == String.class)
            .map(component ->
                component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
            .anyMatch(key::equals);
    if (isText && !(value instanceof String)) {
      throw new CommandFailed(
          ExitCode.CONFIG, key + ": " + value + " (expected a text in quotation marks)");
    }
    List<String> backends = Arrays.stream(IoBackend.values()).map(IoBackend::label).toList();
    if (key.equals("io") && !backends.contains(value.toString().toLowerCase(Locale.ROOT))) {
      throw new CommandFailed(
          ExitCode.CONFIG,
          key + ": " + value + " (expected one of " + String.join(", ", backends) + ")");
    }
  }

  private List<String> checkedEndpoints(String where, List<String> uris) {
    for (String uri : uris) {
      try {
        Wirelace.server().listen(uri);
      } catch (WirelaceException e) {
        problems.add((where.equals(LISTEN) ? "" : where + ": ") + e.fault().message());
      }
    }
    return uris;
  }
}
