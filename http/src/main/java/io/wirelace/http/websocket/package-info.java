/**
 * WebSocket frames (RFC 6455) and their compression (RFC 7692), after the handshake: reading,
 * writing, control frames, closing. Knows nothing of HTTP.
 *
 * <p>Threads: everything belongs to its channel's event loop.
 */
@NullMarked
package io.wirelace.http.websocket;

import org.jspecify.annotations.NullMarked;
