package io.wirelace.benchmarks.scale;

/**
 * How long things take, in seconds.
 *
 * @param warmUp before something is measured, in the same processes
 * @param measured each load
 * @param settle between the last connection and the look at the memory
 * @param idle how long connections are left alone
 */
record Times(double warmUp, double measured, double settle, double idle) {
  /** Two heartbeat intervals of 15 s, so that each connection beats twice. */
  static final Times FULL = new Times(6, 5, 2, 30);

  static final Times QUICK = new Times(1, 1, 0.5, 2);
}
