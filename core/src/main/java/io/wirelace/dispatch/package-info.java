/**
 * Which handler gets a message, in which order, and where it runs: {@link
 * io.wirelace.dispatch.Routes} knows the handlers, {@link io.wirelace.dispatch.Dispatcher} gives
 * each session a mailbox.
 *
 * <p>Threads: messages arrive on event loops; ordered handlers run on a virtual thread of their
 * session, which its event loop carries while they are quick, concurrent ones on one each, inline
 * ones on the event loop itself.
 */
@NullMarked
package io.wirelace.dispatch;

import org.jspecify.annotations.NullMarked;
