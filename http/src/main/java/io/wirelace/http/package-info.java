/**
 * WebSocket, for servers, clients and browsers.
 *
 * <p>Threads: as {@link io.wirelace.transport} says.
 */
@NullMarked
package io.wirelace.http;

import org.jspecify.annotations.NullMarked;
