/**
 * One conversation with one peer. {@link io.wirelace.session.Session} is what users hold (any
 * thread); {@code SessionHandler} attaches it to one channel (event loop); messages that arrive go
 * to the {@link io.wirelace.session.MessageSink} that this package declares and does not know.
 *
 * <p>Threads: public methods of {@code Session} may be called from any thread; what arrives is
 * handled on the channel's event loop.
 */
@NullMarked
package io.wirelace.session;

import org.jspecify.annotations.NullMarked;
