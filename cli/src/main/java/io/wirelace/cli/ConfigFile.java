package io.wirelace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A configuration file in TOML as a flat list of what it says and where. The only class that knows
 * the parser.
 *
 * @param entries what it says, in no order; a table is an entry of its own, before what is in it
 * @param problems what does not parse
 */
record ConfigFile(List<Entry> entries, List<Problem> problems) {

  /** A place in the file. */
  record Place(Path file, int line, int column) {
    @Override
    public String toString() {
      return file + ":" + line + ":" + column;
    }
  }

  /**
   * A key with its value.
   *
   * @param table the name of its table; empty at the top level
   * @param value a {@link String}, {@link Long}, {@link Double}, {@link Boolean}, a date or time, a
   *     {@link List} of these, or a {@link java.util.Map} for a table
   */
  record Entry(Place place, String table, String key, Object value) {}

  /** Something that cannot be used. */
  record Problem(Place place, String message) {}

  /**
   * Reads a file.
   *
   * @throws CommandFailed with exit code 3 if there is none
   */
  static ConfigFile read(Path file) {
    TomlParseResult parsed;
    try {
      parsed = Toml.parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new CommandFailed(ExitCode.CONFIG, "--config " + file + ": no such file");
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.CONFIG, "--config " + file + " cannot be read as UTF-8 text: " + e);
    }
    List<Entry> entries = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    parsed
        .errors()
        .forEach(e ->
            problems.add(new Problem(place(file, e.position()), String.valueOf(e.getMessage()))));
    for (String key : parsed.keySet()) {
      Object value = parsed.get(List.of(key));
      if (value instanceof TomlTable table) {
        addTable(file, key, table, entries);
      }
      if (value != null) {
        entries.add(
            new Entry(place(file, parsed.inputPositionOf(List.of(key))), "", key, plain(value)));
      }
    }
    return new ConfigFile(List.copyOf(entries), List.copyOf(problems));
  }

  private static void addTable(Path file, String name, TomlTable table, List<Entry> entries) {
    for (String key : table.keySet()) {
      Object value = table.get(List.of(key));
      if (value != null) {
        TomlPosition position = table.inputPositionOf(List.of(key));
        entries.add(new Entry(place(file, position), name, key, plain(value)));
      }
    }
  }

  private static Object plain(Object value) {
    return switch (value) {
      case TomlArray array -> array.toList();
      case TomlTable table -> table.toMap();
      default -> value;
    };
  }

  private static Place place(Path file, @Nullable TomlPosition position) {
    return position == null
        ? new Place(file, 1, 1)
        : new Place(file, position.line(), position.column());
  }
}
