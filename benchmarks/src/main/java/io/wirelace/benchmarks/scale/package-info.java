/**
 * How Wirelace's costs grow with connections, subscribers and load: {@link
 * io.wirelace.benchmarks.scale.Scale} is the program, {@link
 * io.wirelace.benchmarks.scale.ScaleServer} and {@link io.wirelace.benchmarks.scale.ScaleClient}
 * are the processes that it starts and measures.
 *
 * <p>Threads: the main thread of each, Wirelace's own, and one for each child's output.
 */
@NullMarked
package io.wirelace.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
