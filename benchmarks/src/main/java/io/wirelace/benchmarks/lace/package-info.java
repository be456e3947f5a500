/**
 * Wirelace as a contender, driven through its public API alone.
 *
 * <p>Threads: those of the API; see {@link io.wirelace.benchmarks.contender.Driver}.
 */
@NullMarked
package io.wirelace.benchmarks.lace;

import org.jspecify.annotations.NullMarked;
