package io.wirelace.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Deletes a native library that was unpacked to the temporary folder, as soon as it is loaded. What
 * unpacked it would do so at the end of the process, which a process that is killed or halts never
 * reaches. On Linux, where the process knows what it has loaded and a file in use can be deleted;
 * elsewhere it does nothing. Stateless.
 */
final class UnpackedLibrary {
  private static final Path LOADED = Path.of("/proc/self/maps");

  private UnpackedLibrary() {}

  /** Deletes what this process has loaded from files of such a name, and their lock files. */
  static void delete(String prefix) {
    try {
      for (Path file : loaded(Files.readAllLines(LOADED), prefix)) {
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".lck"));
      }
    } catch (IOException | RuntimeException e) {
      return; // not Linux, or not allowed: it goes at the end of the process, as it always did
    }
  }

  /** The files of that name in a process's map of its memory. */
  static List<Path> loaded(List<String> maps, String prefix) {
    return maps.stream()
        .map(line -> line.indexOf('/') < 0 ? "" : line.substring(line.indexOf('/')))
        .filter(file -> file.startsWith(prefix, file.lastIndexOf('/') + 1))
        .distinct()
        .map(Path::of)
        .toList();
  }
}
