/**
 * WebSocket, for servers, clients and browsers: the HTTP/1.1 heads that upgrade to it and what else
 * is answered to HTTP, the transport {@code ws} and {@code wss}, and HTTP's part of a shared port.
 *
 * <p>Threads: as {@link io.wirelace.transport} says.
 */
@NullMarked
package io.wirelace.http;

import org.jspecify.annotations.NullMarked;
