/**
 * The subprotocol {@code lace.json}: text messages that say what native frames say, for browser
 * consoles and scripts.
 *
 * <p>Threads: everything belongs to its channel's event loop.
 */
@NullMarked
package io.wirelace.http.json;

import org.jspecify.annotations.NullMarked;
