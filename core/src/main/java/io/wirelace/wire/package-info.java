/**
 * Bytes to frames and back: the native protocol {@code lace/1}, sections 1 and 5 of the wire
 * specification. {@link io.wirelace.wire.FrameDecoder} is where a frame is parsed, {@link
 * io.wirelace.wire.FrameEncoder} where one is made, {@link io.wirelace.wire.FrameHeader} draws it.
 *
 * <p>Threads: a decoder belongs to its channel's event loop; encoding is stateless and runs on the
 * sender's thread.
 */
@NullMarked
package io.wirelace.wire;

import org.jspecify.annotations.NullMarked;
