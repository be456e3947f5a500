package io.wirelace.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

final class Pages {
  private Pages() {}

  static void write(Path out, Map<String, String> facts, List<Result> results) throws IOException {}
}
