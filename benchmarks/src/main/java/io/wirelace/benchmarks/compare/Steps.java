package io.wirelace.benchmarks.compare;

/** Numbers that people like on an axis: 1, 2 and 5 times powers of ten. */
final class Steps {
  private static final double[] MANTISSAS = {1, 2, 5, 10};

  private Steps() {}

  /** The least of them that is not less. */
  static double atLeast(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double mantissa : MANTISSAS) {
      if (mantissa * power >= value * (1 - 1e-9)) {
        return mantissa * power;
      }
    }
    return 10 * power;
  }

  /** The greatest of them that is not more. */
  static double atMost(double value) {
    return 1 / atLeast(1 / value); // 2 and 5 are each other's
  }
}
