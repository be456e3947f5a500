package io.wirelace.transport.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.DefaultByteBufHolder;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.wirelace.transport.EndOfStream;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Gives Netty's local channel what it lacks to carry a session: an end of stream for each direction
 * and an honest {@code isWritable()}. A local channel moves every write to its peer's queue at
 * once, however long that is; here each buffer travels in a parcel that knows its sender, who
 * counts what the receiver has not read yet and stops being writable over a bound.
 *
 * <p>A local channel that closes takes its peer with it, and what that has not read. So one that
 * has ended its direction in good order closes when the peer has read as far as that end, as a
 * socket does whose kernel keeps what is under way; closed once more, it closes at once.
 */
final class MemoryEnds extends ChannelDuplexHandler {
  static final int HIGH_WATERMARK_BYTES = 256 * 1024; // 256 KiB
  static final int LOW_WATERMARK_BYTES = 128 * 1024; // 128 KiB

  /** Netty's index for a user-defined writability condition. */
  private static final int WRITABILITY = 1;

  /** Added on this side's loop, taken off on the peer's. */
  private final AtomicLong unreadBytes = new AtomicLong();

  private @Nullable ChannelHandlerContext context;

  /** Whether the peer has yet to read the end of this direction. This side's loop. */
  private boolean endUnderWay;

  private boolean closing;

  /** The end of a direction, under way. */
  private record End(MemoryEnds sender) {}

  /** A buffer under way, and who sent it. */
  private static final class Parcel extends DefaultByteBufHolder {
    private final MemoryEnds sender;
    private final int bytes;

    Parcel(ByteBuf content, MemoryEnds sender) {
      super(content);
      this.sender = sender;
      this.bytes = content.readableBytes();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf buffer) {
      long unread = unreadBytes.addAndGet(buffer.readableBytes());
      ctx.write(new Parcel(buffer, this), promise);
      if (unread > HIGH_WATERMARK_BYTES) {
        setWritable(ctx, false);
        // The peer may have read it all before we said so.
        if (unreadBytes.get() <= LOW_WATERMARK_BYTES) {
          setWritable(ctx, true);
        }
      }
    } else if (message == EndOfStream.INSTANCE) {
      endUnderWay = true;
      ctx.writeAndFlush(new End(this), promise);
    } else {
      ctx.write(message, promise);
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (closing || !endUnderWay) {
      ctx.close(promise);
      return;
    }
    closing = true;
    ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Parcel parcel) {
      parcel.sender.read(parcel.bytes);
      ctx.fireChannelRead(parcel.content());
    } else if (message instanceof End end) {
      ctx.fireUserEventTriggered(EndOfStream.INSTANCE);
      end.sender.endRead();
    } else {
      ctx.fireChannelRead(message);
    }
  }

  /** On the peer's loop: that many bytes of ours have been read. */
  private void read(int bytes) {
    long before = unreadBytes.getAndAdd(-bytes);
    ChannelHandlerContext ctx = context;
    if (ctx != null && before > LOW_WATERMARK_BYTES && before - bytes <= LOW_WATERMARK_BYTES) {
      ctx.executor().execute(() -> setWritable(ctx, true));
    }
  }

  /** On the peer's loop: it has read all of ours. */
  private void endRead() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return;
    }
    try {
      ctx.executor()
          .execute(() -> {
            endUnderWay = false;
            if (closing) {
              ctx.close();
            }
          });
    } catch (RejectedExecutionException e) {
      // The loop has ended, and closed the channel.
    }
  }

  private static void setWritable(ChannelHandlerContext ctx, boolean writable) {
    ChannelOutboundBuffer outbound = ctx.channel().unsafe().outboundBuffer();
    if (outbound != null) {
      outbound.setUserDefinedWritability(WRITABILITY, writable);
    }
  }
}
