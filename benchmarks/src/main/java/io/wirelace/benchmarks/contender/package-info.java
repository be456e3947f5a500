/**
 * What every contender of the comparison shares: the two programs (one serves, one drives), the
 * workloads, the clock and the counts. It knows no contender, so that it runs on any class path.
 *
 * <p>Threads: one main thread in each program; a workload starts its own sending threads.
 */
@NullMarked
package io.wirelace.benchmarks.contender;

import org.jspecify.annotations.NullMarked;
