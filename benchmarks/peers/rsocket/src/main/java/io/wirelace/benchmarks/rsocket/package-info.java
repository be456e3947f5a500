/**
 * RSocket as a contender, through its core API.
 *
 * <p>Threads: the library's event loop takes what arrives; the main thread sends.
 */
@NullMarked
package io.wirelace.benchmarks.rsocket;

import org.jspecify.annotations.NullMarked;
