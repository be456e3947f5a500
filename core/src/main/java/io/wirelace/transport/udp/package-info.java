/**
 * UDP, scheme {@code udp}: one frame a datagram. The kernel knows no connections there, so they are
 * made here: {@code UdpListener} proves sources and gives each a channel of its own, {@code
 * UdpClient} does the other side of that.
 *
 * <p>Threads: as {@link io.wirelace.transport} says; a listener and all its peers share one event
 * loop.
 */
@NullMarked
package io.wirelace.transport.udp;

import org.jspecify.annotations.NullMarked;
