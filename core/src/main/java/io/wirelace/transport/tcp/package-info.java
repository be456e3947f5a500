/**
 * TCP, scheme {@code tcp}: a byte stream of frames.
 *
 * <p>Threads: as {@link io.wirelace.transport} says.
 */
@NullMarked
package io.wirelace.transport.tcp;

import org.jspecify.annotations.NullMarked;
