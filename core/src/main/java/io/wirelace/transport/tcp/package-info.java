/**
 * TCP, schemes {@code tcp} and {@code tls}: a byte stream of frames, plain or inside TLS.
 *
 * <p>Threads: as {@link io.wirelace.transport} says.
 */
@NullMarked
package io.wirelace.transport.tcp;

import org.jspecify.annotations.NullMarked;
