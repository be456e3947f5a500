package io.wirelace.quic;

import io.netty.buffer.ByteBuf;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import io.wirelace.wire.FrameHeader;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the lane that each outgoing frame takes. All take the first, in the order they were
 * written, but for two kinds:
 *
 * <ul>
 *   <li>the answer to a request that came on another lane goes back on that one;
 *   <li>a large answer goes on a lane with nothing to do, if there is one, so that it holds up
 *       nobody.
 * </ul>
 *
 * <p>Only answers leave the first lane, so requests and notifications stay in order. Event loop
 * only.
 */
final class Answers {
  /** An answer longer than this is large; the session gives such a frame a buffer of its own. */
  static final int LARGE_BYTES = 16 * 1024; // 16 KiB

  /** What may wait aside before large answers take the first lane again, which pushes back. */
  private static final long MOST_ASIDE_BYTES = 16L * 1024 * 1024; // 16 MiB

  /** More requests than this are not remembered: their answers take the first lane. */
  private static final int MOST_ASKED = 65_536;

  private final List<Lane> lanes;
  private final LongObjectMap<Lane> asked = new LongObjectHashMap<>();
  private long asideBytes;

  /** A router over these lanes, which change as streams come and go. */
  Answers(List<Lane> lanes) {
    this.lanes = lanes;
  }

  /** A request came on a lane that is not the first. */
  void asked(long id, Lane lane) {
    if (asked.size() >= MOST_ASKED) {
      return;
    }
    Lane before = asked.put(id, lane);
    if (before != null) {
      before.answered(); // an id twice: one answer will be an error, and either way will do
    }
    lane.asked();
  }

  /** A lane is gone: what was asked there is answered on the first. */
  void forget(Lane lane) {
    if (lane.hasUnanswered()) {
      Iterator<LongObjectMap.PrimitiveEntry<Lane>> entries = asked.entries().iterator();
      while (entries.hasNext()) {
        if (entries.next().value() == lane) {
          entries.remove();
        }
      }
    }
  }

  void asideChanged(long bytes) {
    asideBytes += bytes;
  }

  /** Whether any answer has a lane that is not the first. */
  boolean remembersAny() {
    return !asked.isEmpty();
  }

  /** Writes whole frames, each on its lane. Takes over the buffer. */
  void write(ByteBuf frames, Lane first) {
    if (asked.isEmpty()) {
      writeUnasked(frames, first);
      return;
    }
    int runStart = frames.readerIndex();
    int end = frames.writerIndex();
    Lane runLane = null;
    int at = runStart;
    while (at < end) {
      Lane lane = laneOf(frames, at, first);
      if (runLane != null && lane != runLane) {
        runLane.write(frames.retainedSlice(runStart, at - runStart));
        runStart = at;
      }
      runLane = lane;
      at += 4 + frames.getInt(at);
    }
    if (runLane == null) {
      frames.release();
    } else if (runStart == frames.readerIndex()) {
      writeRun(frames, runLane, first);
    } else {
      runLane.write(frames.readerIndex(runStart)); // the rest, with the buffer's own reference
    }
  }

  private void writeRun(ByteBuf frames, Lane lane, Lane first) {
    if (lane == first) {
      writeUnasked(frames, first);
    } else {
      lane.write(frames);
    }
  }

  private void writeUnasked(ByteBuf frames, Lane first) {
    Lane aside = isLargeAnswer(frames) ? freeLane() : null;
    if (aside == null) {
      first.write(frames);
    } else {
      aside.writeAside(frames);
    }
  }

  /** The lane of the frame at an index; an answer ends the memory of its request. */
  private Lane laneOf(ByteBuf frames, int at, Lane first) {
    long id = frames.getLong(at + FrameHeader.ID_OFFSET);
    Lane lane =
        switch (FrameHeader.kind(frames.getByte(at + FrameHeader.TYPE_OFFSET))) {
          case FrameHeader.ITEM -> asked.get(id);
          case FrameHeader.RESPONSE, FrameHeader.ERROR, FrameHeader.COMPLETE -> answered(id);
          default -> null;
        };
    // A stream that the peer does not read takes no more: then the first one does, or says no.
    return lane != null && lane.canWrite() && lane.stream().isWritable() ? lane : first;
  }

  private @Nullable Lane answered(long id) {
    Lane lane = asked.remove(id);
    if (lane != null) {
      lane.answered();
    }
    return lane;
  }

  private static boolean isLargeAnswer(ByteBuf frames) {
    int bytes = frames.readableBytes();
    int at = frames.readerIndex();
    return bytes > LARGE_BYTES
        && 4 + frames.getInt(at) == bytes
        && FrameHeader.kind(frames.getByte(at + FrameHeader.TYPE_OFFSET)) == FrameHeader.RESPONSE;
  }

  private @Nullable Lane freeLane() {
    if (asideBytes >= MOST_ASIDE_BYTES) {
      return null;
    }
    for (int i = 0; i < lanes.size(); i++) {
      Lane lane = lanes.get(i);
      if (lane.isFreeForAside()) {
        return lane;
      }
    }
    return null;
  }
}
