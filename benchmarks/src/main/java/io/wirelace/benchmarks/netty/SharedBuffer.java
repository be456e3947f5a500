package io.wirelace.benchmarks.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way out of the tuned pair: application threads encode into one buffer under a lock; the event
 * loop takes whole buffers and flushes each once. The loop is woken only when it is not awake for
 * this already. Senders wait while more than 1 MiB is pending.
 */
final class SharedBuffer implements Runnable {
  private static final int BUFFERS_A_TURN = 16;

  private final Channel channel;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<ByteBuf> full = new ArrayDeque<>();
  private @Nullable ByteBuf filling;
  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private int start;
  private int at;
  private long pendingBytes;
  private int waiting;
  private boolean awake;

  SharedBuffer(Channel channel) {
    this.channel = channel;
  }

  /** Sends a frame. Any thread but the event loop. */
  void send(byte[] body) {
    boolean wake;
    lock.lock();
    try {
      while (pendingBytes > TunedFrames.HIGH_WATERMARK_BYTES) {
        waiting++;
        room.awaitUninterruptibly();
        waiting--;
      }
      encode(body);
      wake = !awake;
      awake = true;
    } finally {
      lock.unlock();
    }
    if (wake) {
      channel.eventLoop().execute(this);
    }
  }

  private void encode(byte[] body) {
    int frameBytes = TunedFrames.LENGTH_BYTES + body.length;
    if (filling == null || bytes.limit() - at < frameBytes) {
      if (filling != null) {
        full.add(filling.writerIndex(at - start));
      }
      ByteBuf fresh = channel.alloc().directBuffer(Math.max(TunedFrames.CHUNK_BYTES, frameBytes));
      filling = fresh;
      bytes = fresh.internalNioBuffer(0, fresh.capacity());
      start = bytes.position();
      at = start;
    }
    bytes.putInt(at, body.length);
    bytes.put(at + TunedFrames.LENGTH_BYTES, body);
    at += frameBytes;
    pendingBytes += frameBytes;
  }

  /** Writes what there is; on the event loop. */
  @Override
  public void run() {
    for (int i = 0; i < BUFFERS_A_TURN; i++) {
      if (!channel.isWritable()) {
        return; // still awake: run again when it can be written
      }
      ByteBuf next = take();
      if (next == null) {
        return;
      }
      // Past the pipeline: no handler of ours has anything to do with what goes out.
      channel.unsafe().write(next, channel.voidPromise());
      channel.unsafe().flush();
    }
    channel.eventLoop().execute(this);
  }

  private @Nullable ByteBuf take() {
    lock.lock();
    try {
      ByteBuf next = full.poll();
      if (next == null && filling != null) {
        next = filling.writerIndex(at - start);
        filling = null;
      }
      if (next == null) {
        awake = false;
        return null;
      }
      pendingBytes -= next.readableBytes();
      if (waiting > 0 && pendingBytes < TunedFrames.HIGH_WATERMARK_BYTES / 2) {
        room.signalAll();
      }
      return next;
    } finally {
      lock.unlock();
    }
  }
}
