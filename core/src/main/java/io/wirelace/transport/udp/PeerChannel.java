package io.wirelace.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.wirelace.transport.SocketlessChannel;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One peer of a socket that many share: what it sends is fired up this channel's pipeline, and what
 * is written here leaves as one datagram a frame. Event loop only, that of the socket.
 */
final class PeerChannel extends SocketlessChannel {
  /** What an object that waits takes beside its bytes, so that small ones are bounded too. */
  private static final int OVERHEAD_BYTES = 100;

  private static final WriteBufferWaterMark WATERMARK =
      new WriteBufferWaterMark(64 * 1024, 128 * 1024); // 64 KiB, 128 KiB

  /** The socket that carries it. */
  interface Socket {
    /** Whether it takes another datagram now; if not, it flushes the peer when it does again. */
    boolean canSend(PeerChannel peer, int bytes);

    /** Takes one frame; it leaves with the next {@link #flush}. Owns the buffer. */
    void send(ByteBuf frame, PeerChannel peer);

    /** Sends what it took. */
    void flush();

    /** A datagram found no room. */
    void overrun(PeerChannel peer);

    /** It is closed. */
    void closed(PeerChannel peer);
  }

  private final Socket socket;
  private final SocketAddress remote;
  private final SocketAddress local;
  private final int mostWaitingBytes;
  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(0);
  private final long openedNs;
  private @Nullable PeerHandler handler;
  private int waitingBytes;
  private long lastReadNs;
  private boolean draining;
  private boolean readSinceComplete;

  PeerChannel(
      Channel parent, Socket socket, SocketAddress remote, int mostWaitingBytes, long nowNs) {
    super(parent);
    this.socket = socket;
    this.remote = remote;
    this.local = parent.localAddress();
    this.mostWaitingBytes = mostWaitingBytes;
    this.openedNs = nowNs;
    this.lastReadNs = nowNs;
    config().setWriteBufferWaterMark(WATERMARK);
  }

  /** What a listener does for it below its session; null on the channel of a group. */
  @Nullable PeerHandler handler() {
    return handler;
  }

  void handledBy(PeerHandler peerHandler) {
    handler = peerHandler;
    pipeline().addLast(peerHandler);
  }

  // ---- in ----

  /**
   * A datagram of this peer, to be read now or, while nobody reads, later. Owns the buffer.
   *
   * @return whether {@link #readComplete} is to be called, which was not known yet
   */
  boolean receive(ByteBuf frame, long nowNs) {
    lastReadNs = nowNs;
    if (config().isAutoRead() && waiting.isEmpty()) {
      boolean first = !readSinceComplete;
      readSinceComplete = true;
      pipeline().fireChannelRead(frame);
      return first;
    }
    try {
      int bytes = frame.readableBytes() + OVERHEAD_BYTES;
      if (waitingBytes + bytes > mostWaitingBytes) {
        socket.overrun(this);
        return false;
      }
      waitingBytes += bytes;
      // A copy to measure: the socket's read buffer is far larger.
      waiting.add(alloc().buffer(frame.readableBytes()).writeBytes(frame));
      return false;
    } finally {
      frame.release();
    }
  }

  /** The socket has been read for now. */
  void readComplete() {
    readSinceComplete = false;
    pipeline().fireChannelReadComplete();
  }

  @Override
  protected void doBeginRead() {
    if (!waiting.isEmpty() && !draining) {
      draining = true;
      eventLoop().execute(this::drain);
    }
  }

  private void drain() {
    draining = false;
    boolean any = false;
    // One was asked for in any case: a session that does not read looks whether something came.
    while ((!any || config().isAutoRead()) && !waiting.isEmpty()) {
      ByteBuf frame = waiting.remove();
      waitingBytes -= frame.readableBytes() + OVERHEAD_BYTES;
      any = true;
      pipeline().fireChannelRead(frame);
    }
    if (any) {
      pipeline().fireChannelReadComplete();
    }
  }

  /** When something came last, on the listener's clock. */
  long lastReadNs() {
    return lastReadNs;
  }

  /** When it was made, on the listener's clock. */
  long openedNs() {
    return openedNs;
  }

  // ---- out ----

  @Override
  protected void doWrite(ChannelOutboundBuffer out) {
    for (Object message = out.current(); message != null; message = out.current()) {
      ByteBuf frames = (ByteBuf) message;
      while (frames.isReadable()) {
        int bytes = DatagramFrame.frameBytes(frames);
        if (!socket.canSend(this, bytes)) {
          socket.flush();
          return;
        }
        // The slice keeps the buffer until it has left.
        socket.send(frames.readRetainedSlice(bytes), this);
      }
      out.remove();
    }
    socket.flush();
  }

  // ---- its life ----

  @Override
  protected void closed() {
    for (ByteBuf frame = waiting.poll(); frame != null; frame = waiting.poll()) {
      frame.release();
    }
    socket.closed(this);
  }

  @Override
  public boolean isActive() {
    return isOpen();
  }

  @Override
  protected SocketAddress localAddress0() {
    return local;
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return remote;
  }
}
