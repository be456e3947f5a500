package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.wirelace.error.Fault;
import java.util.Objects;
import java.util.Optional;

/**
 * Why a direction ends, for transports that can say so: a WebSocket's close code, a QUIC
 * application error. Fired up the pipeline just before {@link EndOfStream} it is the peer's reason;
 * ours is left on the channel before {@link EndOfStream} is written or the channel closed.
 *
 * @param fault the reason
 */
public record EndReason(Fault fault) {
  private static final AttributeKey<Fault> OURS = AttributeKey.valueOf(EndReason.class, "ours");

  /** Checks that there is one. */
  public EndReason {
    Objects.requireNonNull(fault, "fault");
  }

  /** Leaves our reason for the transport. On the channel's event loop. */
  public static void leave(Channel channel, Fault ours) {
    channel.attr(OURS).set(ours);
  }

  /** Our reason, if one was left. On the channel's event loop. */
  public static Optional<Fault> left(Channel channel) {
    return Optional.ofNullable(channel.hasAttr(OURS) ? channel.attr(OURS).get() : null);
  }
}
