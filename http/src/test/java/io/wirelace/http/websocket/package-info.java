/** Frames by hex. */
@NullMarked
package io.wirelace.http.websocket;

import org.jspecify.annotations.NullMarked;
