/**
 * QUIC, for servers and clients.
 *
 * <p>Threads: as {@link io.wirelace.transport} says.
 */
@NullMarked
package io.wirelace.quic;

import org.jspecify.annotations.NullMarked;
