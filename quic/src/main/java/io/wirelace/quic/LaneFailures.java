package io.wirelace.quic;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** The last handler of a further stream: what the session's decoder there throws ends here. */
final class LaneFailures extends ChannelInboundHandlerAdapter {
  private final Lane lane;

  LaneFailures(Lane lane) {
    this.lane = lane;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    lane.exceptionCaught(ctx, cause);
  }
}
