/**
 * What a transport is: the {@link io.wirelace.transport.Transport} SPI, the {@link
 * io.wirelace.transport.Endpoint} that names one, and the event loops they share. A transport's
 * whole contract: above its last handler the channel's pipeline carries frames in order as {@code
 * ByteBuf}s, {@code isWritable()} is honest, {@link io.wirelace.transport.EndOfStream} written ends
 * our direction and is fired as a user event when the peer's has ended, and {@link
 * io.wirelace.transport.SessionStarter#startSession} is called once, when frames can flow. A
 * written buffer holds whole frames, and its bytes are the transport's to change. Where the peer
 * breaks a rule of the transport itself, a {@link io.wirelace.error.WirelaceException} fired up the
 * pipeline ends the session with its code.
 *
 * <p>Threads: {@code bind} and {@code connect} are called from any thread and do not block;
 * everything on a channel happens on its event loop. A transport does not know what a route is.
 */
@NullMarked
package io.wirelace.transport;

import org.jspecify.annotations.NullMarked;
