package io.wirelace.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.util.ReferenceCountUtil;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.security.TlsFaults;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Role;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Stands under TLS and hands up whole records only (RFC 8446 5.1), in place where a read holds
 * whole ones. What is incomplete is copied to a buffer of just its size: otherwise each connection
 * that pauses in a record would hold a read buffer of 64 KiB, and an idle one holds nothing.
 *
 * <p>What cannot be a record is refused by its first five bytes. Event loop only.
 */
final class TlsRecords extends ChannelDuplexHandler implements HoldsMemory {
  static final int HEADER_BYTES = 5;

  private static final int FIRST_TYPE = 20; // change_cipher_spec
  private static final int HANDSHAKE = 22;
  private static final int LAST_TYPE = 23; // application_data
  private static final int MAJOR_VERSION = 3;

  /** RFC 5246 6.2.3: 2^14 and 2048 for what encryption adds. */
  private static final int MOST_BYTES = (1 << 14) + 2048;

  private static final int FIRST_KEPT_BYTES = 64;

  /** How long a plaintext peer has to read why it is refused. */
  private static final long LINGER_MS = 1000;

  private final Role role;
  private final TlsGather gather;
  private final TlsDamage damage = new TlsDamage();

  /** The beginning of one record. */
  private @Nullable ByteBuf kept;

  /** Where the last whole record of a read begins. */
  private int lastRecord;

  private boolean refused;
  private boolean isShaken;

  /** From the beginning: a peer's last flight may hold its requests and its end as well. */
  private @Nullable TlsHold hold = new TlsHold(damage);

  /** The peer is being told in plaintext; the close waits until it has heard it. */
  private boolean telling;

  private boolean closing;
  private boolean silent;

  /** For one side; {@code gather} stands on the TLS that stands on this. */
  TlsRecords(Role role, TlsGather gather) {
    this.role = role;
    this.gather = gather;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (!(message instanceof ByteBuf in)) {
      ctx.fireChannelRead(message);
      return;
    }
    boolean handedOn = false;
    TlsHold holding = hold;
    gather.begin(in.readableBytes());
    try {
      if (holding != null) {
        holding.letGo(ctx);
      }
      if (refused || !completeKept(ctx, in)) {
        return;
      }
      int end = wholeRecords(in);
      if (end < in.writerIndex()) {
        keep(ctx, in, end);
      } else if (holding != null && TlsHold.maySayEnd(in, lastRecord, end)) {
        holding.take(ctx, in, lastRecord);
      }
      if (in.isReadable()) {
        handedOn = true;
        damage.read(ctx, in);
      }
    } catch (SSLException e) {
      refuse(ctx, e);
    } finally {
      if (!handedOn) {
        in.release();
      }
      gather.end();
      if (holding != null) {
        holding.check(ctx);
      }
    }
  }

  /**
   * The handshake is done: there is no other (in TLS 1.3 by the standard, in 1.2 by our choice).
   *
   * @param engine has shaken hands
   */
  void shaken(SSLEngine engine) {
    isShaken = true;
    damage.shaken(engine);
    if (!endsBothWays(engine)) {
      if (hold != null) {
        hold.stop(); // what it holds now goes when the read is over
      }
      hold = null;
    }
  }

  /**
   * Whether the engine answers close_notify with its own at once and takes nothing more to send.
   * Netty's does for BoringSSL; by TLS 1.3 each direction ends by itself, before that they end
   * together.
   */
  private static boolean endsBothWays(SSLEngine engine) {
    return engine instanceof ReferenceCountedOpenSslEngine
        && engine.getSession().getProtocol().equals("TLSv1.3");
  }

  /** What TLS itself has not encrypted yet counts as the channel's pending bytes. */
  @Override
  public long heldBytes() {
    ByteBuf record = kept;
    return record == null ? 0 : record.capacity();
  }

  /** Adds to the record that was begun what it lacks; false if it still lacks something. */
  private boolean completeKept(ChannelHandlerContext ctx, ByteBuf in) throws SSLException {
    ByteBuf record = kept;
    if (record == null) {
      return in.isReadable();
    }
    fill(record, in, HEADER_BYTES);
    int total = HEADER_BYTES;
    if (record.readableBytes() >= HEADER_BYTES) {
      total += length(record, record.readerIndex());
      fill(record, in, total);
    } else {
      judgeStart(record, record.readerIndex(), record.readableBytes());
    }
    if (record.readableBytes() < total) {
      return false;
    }
    kept = null;
    TlsHold holding = hold;
    int end = record.writerIndex();
    if (holding != null && !in.isReadable() && TlsHold.maySayEnd(record, end - total, end)) {
      holding.take(ctx, record, end - total);
      record.release();
      return false;
    }
    damage.read(ctx, record);
    return in.isReadable();
  }

  private static void fill(ByteBuf record, ByteBuf in, int total) {
    int lacking = total - record.readableBytes();
    if (lacking > 0) {
      record.writeBytes(in, Math.min(lacking, in.readableBytes()));
    }
  }

  /** Where the last whole record ends. */
  private int wholeRecords(ByteBuf in) throws SSLException {
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (end - at >= HEADER_BYTES) {
      int total = HEADER_BYTES + length(in, at);
      if (end - at < total) {
        return at;
      }
      lastRecord = at;
      at += total;
    }
    judgeStart(in, at, end - at);
    return at;
  }

  /** The length that a header says. */
  private int length(ByteBuf in, int at) throws SSLException {
    judgeStart(in, at, HEADER_BYTES);
    if (isShaken && in.getUnsignedByte(at) == HANDSHAKE) {
      throw new SSLException("the peer wants to shake hands again, which is not allowed");
    }
    int length = in.getUnsignedShort(at + 3);
    if (length > MOST_BYTES) {
      throw new SSLException(
          "a TLS record of " + length + " bytes (at most " + MOST_BYTES + " allowed)");
    }
    return length;
  }

  private void judgeStart(ByteBuf in, int at, int bytes) throws SSLException {
    if (bytes == 0) {
      return;
    }
    int type = in.getUnsignedByte(at);
    if (type < FIRST_TYPE
        || type > LAST_TYPE
        || (bytes > 1 && in.getUnsignedByte(at + 1) != MAJOR_VERSION)) {
      throw type == 0
          ? new PlaintextFrame()
          : new NotSslRecordException("a record of type " + type);
    }
  }

  private void keep(ChannelHandlerContext ctx, ByteBuf in, int from) throws SSLException {
    int bytes = in.writerIndex() - from;
    int total = bytes >= HEADER_BYTES ? HEADER_BYTES + length(in, from) : FIRST_KEPT_BYTES;
    ByteBuf record =
        ctx.alloc()
            .directBuffer(Math.min(total, Math.max(4 * bytes, 512)), MOST_BYTES + HEADER_BYTES);
    record.writeBytes(in, from, bytes);
    in.writerIndex(from);
    kept = record;
  }

  private void refuse(ChannelHandlerContext ctx, SSLException why) {
    refused = true;
    // An orderly close_notify would tell who wants to shake hands again that all is well.
    silent = isShaken;
    releaseKept();
    if (why instanceof PlaintextFrame && role == Role.SERVER) {
      telling = true;
      Fault fault = Fault.of(ErrorCode.TLS_FAILED, TlsFaults.NOT_TLS);
      byte[] payload = FrameEncoder.faultPayload(fault);
      int bytes = FrameHeader.BYTES + payload.length;
      ByteBuffer frame = ByteBuffer.allocate(bytes);
      FrameEncoder.header(frame, 0, FrameHeader.ERROR, 0, bytes);
      frame.put(FrameHeader.BYTES, payload);
      ctx.write(Unpooled.wrappedBuffer(frame));
      ctx.writeAndFlush(EndOfStream.INSTANCE);
    }
    ctx.fireExceptionCaught(why);
  }

  /** The first byte is that of a frame: the peer can read why it is refused. */
  private static final class PlaintextFrame extends NotSslRecordException {
    private static final long serialVersionUID = 1L;

    PlaintextFrame() {
      super("a frame in plaintext");
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (telling || silent) {
      ReferenceCountUtil.release(message); // an alert would only spoil what we said
      promise.trySuccess();
    } else {
      damage.wrote();
      ctx.write(message, promise);
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (telling && !closing) {
      closing = true;
      // Closing with unread bytes would reset the connection, and with it what we said.
      ctx.executor().schedule(() -> ctx.close(), LINGER_MS, TimeUnit.MILLISECONDS);
      ctx.channel().closeFuture().addListener(done -> promise.trySuccess());
    } else {
      ctx.close(promise);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == EndOfStream.INSTANCE) {
      if (telling) {
        ctx.close();
      } else if (hold != null && hold.holdsEnd()) {
        return;
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  private void releaseKept() {
    if (hold != null) {
      hold.release();
    }
    ByteBuf record = kept;
    if (record != null) {
      kept = null;
      record.release();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    releaseKept();
  }
}
