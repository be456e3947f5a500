package io.wirelace.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Stands on TLS and hands up the plaintext of all records of one read together. TLS gives up each
 * record of 16 KiB by itself, and what is above would wake a thread, and keep the half of a frame,
 * for each. {@link TlsRecords} says when a read begins and ends. Event loop only.
 */
final class TlsGather extends ChannelInboundHandlerAdapter {
  private @Nullable ByteBuf gathered;
  private boolean gathering;
  private @Nullable ChannelHandlerContext ctx;

  /** What the read may come to in plaintext, for the buffer that takes it. */
  private int mostBytes;

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
  }

  /** The records of one read, so many bytes of them, come now. */
  void begin(int bytes) {
    gathering = true;
    mostBytes = bytes;
  }

  /** They have come. */
  void end() {
    gathering = false;
    ChannelHandlerContext here = ctx;
    if (here != null) {
      handUp(here);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext here, Object message) {
    if (!gathering || !(message instanceof ByteBuf record)) {
      handUp(here);
      here.fireChannelRead(message);
      return;
    }
    ByteBuf before = gathered;
    if (before == null) {
      gathered = record; // most reads hold one, which goes on as it is
      return;
    }
    if (before.maxFastWritableBytes() < record.readableBytes() || before.refCnt() > 1) {
      int bytes = before.readableBytes() + record.readableBytes();
      ByteBuf all = here.alloc().directBuffer(Math.max(bytes, mostBytes));
      all.writeBytes(before, before.readerIndex(), before.readableBytes());
      before.release();
      before = all;
      gathered = all;
    }
    before.writeBytes(record);
    record.release();
  }

  private void handUp(ChannelHandlerContext here) {
    ByteBuf all = gathered;
    if (all != null) {
      gathered = null;
      here.fireChannelRead(all);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext here, Object event) {
    handUp(here); // what was sent before the end comes before it
    here.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext here, Throwable cause) {
    handUp(here);
    here.fireExceptionCaught(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext here) {
    handUp(here);
    here.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    ByteBuf all = gathered;
    if (all != null) {
      gathered = null;
      all.release();
    }
  }
}
