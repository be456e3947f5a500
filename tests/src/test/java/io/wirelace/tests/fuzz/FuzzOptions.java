package io.wirelace.tests.fuzz;

import java.util.Arrays;
import java.util.List;

/**
 * What the fuzz was asked for.
 *
 * @param seconds how long it runs, over all transports together
 * @param seed of the first round; each later one has one more
 * @param transports whose turn it is one after the other
 */
record FuzzOptions(long seconds, long seed, List<FuzzTransport> transports) {
  static final String USAGE =
      """
      tests/fuzz [--seconds N] [--seed N] [--transports A,B…]
        --seconds     how long it runs, over all transports together (default 600)
        --seed        seed of the first round, each later one has one more (default: the clock's)
        --transports  some of %s (default: all)
      """;

  /** By the arguments of a command line. */
  static FuzzOptions parse(List<String> args) {
    long seconds = 600;
    long seed = System.nanoTime() & 0xFFFF_FFFFL;
    List<FuzzTransport> transports = List.of(FuzzTransport.values());
    for (int i = 0; i < args.size(); i += 2) {
      String name = args.get(i);
      if (i + 1 == args.size()) {
        throw new IllegalArgumentException(name + " (expected an option and its value)");
      }
      String value = args.get(i + 1);
      switch (name) {
        case "--seconds" -> seconds = Long.parseLong(value);
        case "--seed" -> seed = Long.parseLong(value);
        case "--transports" ->
            transports = Arrays.stream(value.split(",", -1)).map(FuzzTransport::of).toList();
        default ->
            throw new IllegalArgumentException(
                name + " (expected --seconds, --seed or --transports)");
      }
    }
    return new FuzzOptions(seconds, seed, transports);
  }
}
