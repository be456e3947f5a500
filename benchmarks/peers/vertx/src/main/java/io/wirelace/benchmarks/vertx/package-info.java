/**
 * Vert.x as a contender: plain TCP sockets.
 *
 * <p>Threads: the library's event loop takes what arrives; the main thread sends.
 */
@NullMarked
package io.wirelace.benchmarks.vertx;

import org.jspecify.annotations.NullMarked;
