package io.wirelace.session;

import io.netty.channel.ChannelHandlerContext;
import io.wirelace.error.Fault;
import io.wirelace.transport.FurtherStream;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameDecoder;
import io.wirelace.wire.FrameSink;
import io.wirelace.wire.Role;
import io.wirelace.wire.WireLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * The decoders of one session: its channel's own, and one for each {@link FurtherStream} of a
 * transport that has several. They pause, go on and stop together. Event loop only.
 */
final class Decoders {
  private final List<FrameDecoder> all = new ArrayList<>(1);
  private final Role role;
  private final WireLimits limits;
  private final FrameSink sink;
  private final FrameDecoder first;
  private boolean paused;
  private boolean stopped;

  Decoders(Role role, WireLimits limits, FrameSink sink) {
    this.role = role;
    this.limits = limits;
    this.sink = sink;
    this.first = new FrameDecoder(role, limits, sink);
    all.add(first);
  }

  /** The channel's own. */
  FrameDecoder first() {
    return first;
  }

  /** Adds the decoder of one more stream to its pipeline. */
  void join(FurtherStream stream) {
    FrameDecoder further = FrameDecoder.further(role, limits, new Watched(stream));
    if (paused) {
      further.pause();
    }
    if (stopped) {
      further.stop();
    }
    all.add(further);
    stream.channel().pipeline().addLast(further);
    stream.channel().closeFuture().addListener(closed -> all.remove(further));
  }

  void pause() {
    paused = true;
    all.forEach(FrameDecoder::pause);
  }

  /** Hands over what was kept, one stream after the other, until somebody pauses again. */
  void resume(ChannelHandlerContext ctx) {
    paused = false;
    // Of a copy: what is handed over may end a stream, and its decoder then leaves the list.
    for (FrameDecoder one : List.copyOf(all)) {
      if (paused) {
        break;
      }
      one.resume(ctx);
    }
  }

  void stop() {
    stopped = true;
    all.forEach(FrameDecoder::stop);
  }

  /** Whether a peer owes the rest of a frame on any stream. */
  boolean midFrame() {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).midFrame()) {
        return true;
      }
    }
    return false;
  }

  /** Whether frames wait on any stream since {@link #pause}. */
  boolean hasKept() {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).hasKept()) {
        return true;
      }
    }
    return false;
  }

  /** Tells the transport of each request before the session sees it. */
  private final class Watched implements FrameSink {
    private final FurtherStream stream;

    Watched(FurtherStream stream) {
      this.stream = stream;
    }

    @Override
    public void onFrame(Frame frame) {
      if (frame.isRequest()) {
        stream.onRequest().accept(frame.id());
      }
      sink.onFrame(frame);
    }

    @Override
    public void onBatchEnd(int frames, int bytes) {
      sink.onBatchEnd(frames, bytes);
    }

    @Override
    public void onViolation(Fault fault) {
      sink.onViolation(fault);
    }
  }
}
