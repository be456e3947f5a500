package io.wirelace.security;

import io.wirelace.config.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * How the files of some settings look from outside, so that a change is seen without reading them.
 *
 * @param files time, size and identity of each, or why it cannot be looked at
 */
public record FilesLook(List<String> files) {
  /** As they look now. */
  public static FilesLook of(TlsSettings settings) {
    return new FilesLook(
        Stream.of(settings.cert(), settings.key(), settings.ca(), settings.crl())
            .flatMap(text -> TlsSettings.list(text).stream())
            .map(FilesLook::look)
            .toList());
  }

  private static String look(String file) {
    try {
      // Links are followed: where they are switched, the identity is another.
      BasicFileAttributes found = Files.readAttributes(Path.of(file), BasicFileAttributes.class);
      return found.lastModifiedTime() + " " + found.size() + " " + found.fileKey();
    } catch (IOException | IllegalArgumentException e) {
      return e.toString();
    }
  }
}
