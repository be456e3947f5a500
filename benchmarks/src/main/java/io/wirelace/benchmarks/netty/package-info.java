/**
 * Two pairs made with bare Netty: the tuned one is the reference that everything else is measured
 * against, the naive one is what people write first. Frames are a 32-bit length and a body.
 *
 * <p>Threads: one event loop in each process, and the application thread that sends.
 */
@NullMarked
package io.wirelace.benchmarks.netty;

import org.jspecify.annotations.NullMarked;
