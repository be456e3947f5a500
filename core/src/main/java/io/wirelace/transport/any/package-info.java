/**
 * One port for every protocol over a byte stream, scheme {@code any}: the first bytes of a
 * connection decide which it is.
 *
 * <p>Threads: as {@link io.wirelace.transport} says.
 */
@NullMarked
package io.wirelace.transport.any;

import org.jspecify.annotations.NullMarked;
