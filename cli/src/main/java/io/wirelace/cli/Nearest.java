package io.wirelace.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody who mistyped a name probably meant. */
final class Nearest {
  private Nearest() {}

  /** The candidate with the fewest changed letters, if at most a third of the letters changed. */
  static Optional<String> of(String given, Collection<String> candidates) {
    return candidates.stream()
        .min(Comparator.comparingInt(candidate -> distance(given, candidate)))
        .filter(best -> distance(given, best) * 3 <= Math.max(given.length(), best.length()));
  }

  /** The hint to append to a message; empty if nothing is near. */
  static String hint(String given, Collection<String> candidates) {
    return of(given, candidates).map(best -> " (did you mean " + best + "?)").orElse("");
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
