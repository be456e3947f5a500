package io.wirelace.transport;

import io.netty.channel.Channel;
import java.util.function.LongConsumer;

/**
 * One more stream of frames for a session that runs already, of a connection that has several
 * (QUIC). Fired as a user event from below the session, on its event loop; the session adds the
 * handler that reads the frames at the end of that channel's pipeline. Frames of different streams
 * never mix: each has its own place for an incomplete one.
 *
 * @param channel the stream, on the same event loop as the session's channel
 * @param onRequest told the id of each REQUEST that came on this stream, before it is handled, so
 *     that the transport can send the answer the same way
 */
public record FurtherStream(Channel channel, LongConsumer onRequest) {}
