package io.wirelace.cli;

import io.wirelace.error.PeerText;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A stack trace as text, with the messages escaped: a peer may have written part of one. */
final class StackText {
  private StackText() {}

  /** The trace with its causes; each line ends with a line separator. */
  static String of(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    String label = "";
    for (@Nullable Throwable one = thrown; one != null && seen.add(one); one = one.getCause()) {
      text.append(label).append(PeerText.line(one.toString())).append(System.lineSeparator());
      for (StackTraceElement place : one.getStackTrace()) {
        text.append("\tat ").append(place).append(System.lineSeparator());
      }
      for (Throwable suppressed : one.getSuppressed()) {
        text.append("\tSuppressed: ")
            .append(PeerText.line(suppressed.toString()))
            .append(System.lineSeparator());
      }
      label = "Caused by: ";
    }
    return text.toString();
  }
}
