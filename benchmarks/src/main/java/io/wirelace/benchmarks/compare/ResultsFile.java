package io.wirelace.benchmarks.compare;

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

/** {@code results.jsonl}: the facts in the first line, then a line for each cell as it ends. */
final class ResultsFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  ResultsFile(Path file) {
    this.file = file;
  }

  /** All of a file. */
  record Content(Map<String, String> facts, List<Result> results) {}

  void start(Map<String, String> facts) throws IOException {
    Files.writeString(file, JSON.writeValueAsString(facts) + "\n");
  }

  void add(Result result) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("contender", result.contender());
    line.put("workload", result.workload());
    line.put("run", result.run());
    line.put("failure", result.failure());
    line.put("numbers", result.numbers());
    Files.writeString(file, JSON.writeValueAsString(line) + "\n", StandardOpenOption.APPEND);
  }

  static Content read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    Map<String, String> facts =
        JSON.readValue(lines.getFirst(), new TypeReference<LinkedHashMap<String, String>>() {});
    List<Result> results = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      results.add(JSON.readValue(line, Result.class));
    }
    return new Content(facts, results);
  }
}
