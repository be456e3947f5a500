/**
 * gRPC as a contender: unary calls, and streams.
 *
 * <p>Threads: the library's event loop takes what arrives; the main thread sends.
 */
@NullMarked
package io.wirelace.benchmarks.grpc;

import org.jspecify.annotations.NullMarked;
