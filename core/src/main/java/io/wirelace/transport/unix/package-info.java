/**
 * Unix sockets, scheme {@code unix}: a byte stream of frames through a file of this machine.
 *
 * <p>Threads: as {@link io.wirelace.transport} says.
 */
@NullMarked
package io.wirelace.transport.unix;

import org.jspecify.annotations.NullMarked;
