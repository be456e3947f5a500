/**
 * Runs contenders beside each other, each server and each client in a process of its own, and
 * writes down what came of it: {@link io.wirelace.benchmarks.compare.Compare} is the program.
 *
 * <p>Threads: the main thread, and one for each child process that reads its output.
 */
@NullMarked
package io.wirelace.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
