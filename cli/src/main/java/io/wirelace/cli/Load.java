package io.wirelace.cli;

/** One way of making load. Run once. */
interface Load {
  /** Warms up, measures, and ends its connections. */
  LoadResult run(Progress progress) throws InterruptedException;
}
