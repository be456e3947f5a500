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
 * transport that has several. They pause, go on and stop together, but a peer that owes the rest of
 * a frame on one of them owes it whatever comes on the others. Event loop only.
 */
final class Decoders {
  /** So many bytes of a frame give its sender the read timeout once more. */
  private static final int BYTES_A_TIMEOUT = 64 * 1024; // 64 KiB

  /**
   * What of a frame is late.
   *
   * @param leftNs the time that is left for the rest; 0 or less if it is up
   * @param silentNs for how long nothing came
   * @param bytes how much of it has come
   */
  record Late(long leftNs, long silentNs, int bytes) {
    /** What to tell the peer. */
    String why(long timeoutNs) {
      long ms = timeoutNs / 1_000_000;
      return silentNs >= timeoutNs
          ? "half a frame, then nothing for " + ms + " ms (read-timeout)"
          : "a frame of which no more than "
              + bytes
              + " bytes came, slower than 64 KiB in "
              + ms
              + " ms (read-timeout)";
    }
  }

  /** Of one stream, when something came on it last, and when its unfinished frame began. */
  private static final class Stream {
    private final FrameDecoder decoder;
    private long lastReadNs;
    private long frame;
    private long frameSinceNs;

    Stream(FrameDecoder decoder) {
      this.decoder = decoder;
    }
  }

  private final List<Stream> all = new ArrayList<>(1);
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
    all.add(new Stream(first));
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
    Stream joined = new Stream(further);
    all.add(joined);
    stream.channel().pipeline().addLast(further);
    stream.channel().closeFuture().addListener(closed -> all.remove(joined));
  }

  void pause() {
    paused = true;
    all.forEach(one -> one.decoder.pause());
  }

  /** Hands over what was kept, one stream after the other, until somebody pauses again. */
  void resume(ChannelHandlerContext ctx) {
    paused = false;
    // Of a copy: what is handed over may end a stream, and its decoder then leaves the list.
    for (Stream one : List.copyOf(all)) {
      if (paused) {
        break;
      }
      one.decoder.resume(ctx);
    }
  }

  void stop() {
    stopped = true;
    all.forEach(one -> one.decoder.stop());
  }

  /** Whether a peer owes the rest of a frame on any stream. */
  boolean midFrame() {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).decoder.midFrame()) {
        return true;
      }
    }
    return false;
  }

  /** A read is over, and now is the last time that something came on the streams it was of. */
  void readOver(long nowNs) {
    for (int i = 0; i < all.size(); i++) {
      Stream one = all.get(i);
      if (one.decoder.takeFed()) {
        one.lastReadNs = nowNs;
        if (one.frame != one.decoder.begunFrames()) {
          one.frame = one.decoder.begunFrames();
          one.frameSinceNs = nowNs;
        }
      }
    }
  }

  /** Reading goes on: before now, it was not for the peer to say anything. */
  void readOn(long nowNs) {
    for (int i = 0; i < all.size(); i++) {
      Stream one = all.get(i);
      one.lastReadNs = nowNs;
      one.frame = one.decoder.begunFrames();
      one.frameSinceNs = nowNs;
    }
  }

  /**
   * The frame that a peer owes the rest of, of the stream where least time is left. It may not be
   * silent for the timeout, nor take longer for the whole frame: or one that drips a byte now and
   * then would hold what has come for ever. Large frames get more time as they come.
   */
  Late midFrame(long nowNs, long timeoutNs) {
    Late latest = new Late(timeoutNs, 0, 0);
    for (int i = 0; i < all.size(); i++) {
      Stream one = all.get(i);
      if (one.decoder.midFrame()) {
        int bytes = one.decoder.keptBytes();
        long most = timeoutNs * (1 + bytes / BYTES_A_TIMEOUT);
        long silent = nowNs - one.lastReadNs;
        long left = Math.min(timeoutNs - silent, most - (nowNs - one.frameSinceNs));
        if (left < latest.leftNs) {
          latest = new Late(left, silent, bytes);
        }
      }
    }
    return latest;
  }

  /** Bytes of memory of the frames that are not complete, or not handed over. */
  long keptBytes() {
    long sum = 0;
    for (int i = 0; i < all.size(); i++) {
      sum += all.get(i).decoder.heldBytes();
    }
    return sum;
  }

  /** Whether frames wait on any stream since {@link #pause}. */
  boolean hasKept() {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).decoder.hasKept()) {
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

    @Override
    public void onUnhandled(long notifications) {
      sink.onUnhandled(notifications);
    }
  }
}
