/**
 * The registry of error codes and the four forms an error takes: {@link io.wirelace.error.Fault} (a
 * value), {@link io.wirelace.error.Result} (a value that may be one), {@link
 * io.wirelace.error.WirelaceException} (thrown) and {@link io.wirelace.error.CloseReason} (why a
 * session ended).
 *
 * <p>Threads: everything here is immutable and may be used from any thread.
 */
@NullMarked
package io.wirelace.error;

import org.jspecify.annotations.NullMarked;
