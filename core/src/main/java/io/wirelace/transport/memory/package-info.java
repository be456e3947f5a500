/**
 * Within this process, scheme {@code memory}: the same frames through no socket, for tests and for
 * programs that talk to themselves.
 *
 * <p>Threads: as {@link io.wirelace.transport} says.
 */
@NullMarked
package io.wirelace.transport.memory;

import org.jspecify.annotations.NullMarked;
