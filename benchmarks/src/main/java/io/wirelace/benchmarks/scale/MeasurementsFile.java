package io.wirelace.benchmarks.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;

/**
 * {@code results.jsonl}: the facts in the first line, then a line for each measurement as it ends.
 * It is appended to, because the whole study takes longer than one may have the machine.
 */
final class MeasurementsFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  MeasurementsFile(Path file) {
    this.file = file;
  }

  /** All of a file. */
  record Content(Map<String, String> facts, List<Measurement> measurements) {}

  /** Begins the file, or keeps what is there. */
  void start(Map<String, String> facts) throws IOException {
    if (!Files.exists(file)) {
      Files.writeString(file, JSON.writeValueAsString(facts) + "\n");
    }
  }

  void add(Measurement measurement) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("part", measurement.part());
    line.put("size", measurement.size());
    line.put("run", measurement.run());
    line.put("commit", measurement.commit());
    line.put("failure", measurement.failure());
    line.put("numbers", measurement.numbers());
    Files.writeString(file, JSON.writeValueAsString(line) + "\n", StandardOpenOption.APPEND);
  }

  Content read() throws IOException {
    List<String> lines = Files.readAllLines(file);
    Map<String, String> facts =
        JSON.readValue(lines.getFirst(), new TypeReference<LinkedHashMap<String, String>>() {});
    List<Measurement> measurements = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      measurements.add(JSON.readValue(line, Measurement.class));
    }
    return new Content(facts, measurements);
  }
}
