/** WebSocket and HTTP heads on real sockets and without. */
@NullMarked
package io.wirelace.http;

import org.jspecify.annotations.NullMarked;
