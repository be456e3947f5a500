package io.wirelace.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.LineThrottle;
import io.wirelace.metrics.Trace;
import io.wirelace.transport.AskedAddresses;
import io.wirelace.transport.DatagramDrops;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.Link;
import io.wirelace.transport.Shares;
import io.wirelace.transport.Tally;
import io.wirelace.transport.TransportContext;
import io.wirelace.wire.FrameHeader;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Reads a listening socket: what comes from a known peer goes to its channel, an unknown source has
 * to prove itself first, and what is no frame is dropped.
 *
 * <pre>
 *   unknown source                                    listener
 *     any frame of 22 bytes or more            →
 *                                              ←      HEARTBEAT probe, its clock a cookie (22 bytes)
 *     HEARTBEAT reply with that clock          →      a channel and a session are made
 *                                              ←      HEARTBEAT, sign of life (13 bytes)
 * </pre>
 *
 * <p>Until the reply nothing is kept, and no answer is longer than its question: a forged source
 * costs its victim no more than the forger sent. Afterwards {@link Proof} and {@link Allowance} see
 * to that. Event loop only.
 */
final class UdpListener extends ChannelInboundHandlerAdapter implements PeerChannel.Socket {
  private static final LineThrottle FAILURES =
      new LineThrottle(LoggerFactory.getLogger(UdpListener.class)::error);

  /** How often silence is looked for within an idle timeout. */
  private static final int LOOKS = 4;

  /** A peer's place; its listener may be another of the same endpoint, on the same loop. */
  record Seat(UdpListener listener, InetSocketAddress source) {
    /** Whether the peer has proved itself and sent nothing since. */
    boolean isSilent() {
      PeerChannel peer = listener.peers.get(source);
      return peer != null && peer.lastReadNs() == peer.openedNs();
    }

    private void leave() {
      PeerChannel peer = listener.peers.get(source);
      if (peer != null) {
        handler(peer).displaced();
      }
    }
  }

  private final Endpoint endpoint;
  private final UdpOptions options;
  private final TransportContext context;
  private final Cookies cookies = new Cookies(new SecureRandom(), System::nanoTime);
  private final DatagramDrops drops;

  /** Proven sources that found no room: each of their datagrams would be one. */
  private final Tally full;

  private final Tally share;

  private final Map<SocketAddress, PeerChannel> peers = new HashMap<>();

  /** Peers that have been read from since the last flush of reads. */
  private final List<PeerChannel> read = new ArrayList<>();

  /** Peers that wait until the socket takes datagrams again. */
  private final Set<PeerChannel> stuck = new LinkedHashSet<>();

  /** The places of the peers of all sockets of the endpoint. */
  private final Shares<Seat> seats;

  private @Nullable AskedAddresses asked;
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable UdpServerChannel facade;
  private @Nullable ScheduledFuture<?> sweep;
  private boolean reading;
  private boolean unflushed;
  private boolean closing;
  private long readNs;

  /**
   * For one socket.
   *
   * @param seats places for the peers of all sockets of the endpoint
   */
  UdpListener(Endpoint endpoint, UdpOptions options, TransportContext context, Shares<Seat> seats) {
    this.seats = seats;
    this.full = turnedAway(context, seats.most() + " peers (max-peers)");
    this.share =
        turnedAway(context, seats.mostOfOne() + " peers from one address (max-peers-per-source)");
    this.endpoint = endpoint;
    this.options = options;
    this.context = context;
    this.drops = new DatagramDrops(endpoint.uri(), context.listener());
  }

  /** There are further sockets, which end with this one. */
  void follow(AskedAddresses addresses) {
    asked = addresses;
  }

  /** The socket is bound: makes what the server sees of it. */
  UdpServerChannel open() {
    ChannelHandlerContext socket = Objects.requireNonNull(ctx, "not on a channel yet");
    UdpServerChannel opened = new UdpServerChannel(socket.channel().localAddress(), this::close);
    facade = opened;
    drops.start(socket.executor());
    long ns = options.idleTimeout().toNanos() / LOOKS;
    sweep = socket.executor().scheduleWithFixedDelay(this::expire, ns, ns, TimeUnit.NANOSECONDS);
    socket.channel().eventLoop().register(opened);
    return opened;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
  }

  long nowNs() {
    return System.nanoTime();
  }

  // ---- in ----

  @Override
  public void channelRead(ChannelHandlerContext socket, Object message) {
    if (!reading) {
      reading = true;
      readNs = nowNs(); // one look at the clock a read of the socket
    }
    DatagramPacket packet = (DatagramPacket) message;
    ByteBuf frame = packet.content();
    InetSocketAddress source = packet.sender();
    if (!DatagramFrame.isWhole(frame)) {
      drops.drop(Drop.FOREIGN, source);
      frame.release();
      return;
    }
    PeerChannel peer = peers.get(source);
    if (peer != null && handler(peer).admit(frame)) {
      if (peer.receive(frame, readNs)) {
        read.add(peer);
      }
      return;
    }
    try {
      if (peer == null) {
        stranger(source, frame);
      } else {
        impostor(source, handler(peer), frame);
      }
    } finally {
      frame.release();
    }
  }

  private static PeerHandler handler(PeerChannel peer) {
    return Objects.requireNonNull(peer.handler());
  }

  /** A datagram has the address of a peer whose own would prove it. */
  private void impostor(InetSocketAddress source, PeerHandler peer, ByteBuf frame) {
    if (peer.isFirstReply(frame)) {
      answer(source, DatagramFrame.signOfLife());
    } else if (peer.isSucceededBy(frame)) {
      peer.succeeded();
      welcome(source, DatagramFrame.clock(frame));
    } else {
      challenge(source, frame, peer.successorsCookie());
    }
  }

  private void stranger(InetSocketAddress source, ByteBuf frame) {
    if (DatagramFrame.isReply(frame) && proves(source, DatagramFrame.clock(frame))) {
      welcome(source, DatagramFrame.clock(frame));
      return;
    }
    challenge(source, frame, cookies.of(source));
  }

  /** Has a source show that it gets what is sent to it; says no more than it has said itself. */
  private void challenge(InetSocketAddress source, ByteBuf frame, long cookie) {
    if (DatagramFrame.kind(frame) != FrameHeader.HEARTBEAT) {
      drops.drop(Drop.UNPROVEN, source);
    }
    if (frame.readableBytes() < DatagramFrame.PROBE_BYTES || isListenersAnswer(frame)) {
      return; // an answer would be longer, or would be answered for ever
    }
    answer(
        source,
        closing ? DatagramFrame.end(ErrorCode.SERVER_STOPPING) : DatagramFrame.probe(cookie));
  }

  /** Whether it is what a listener says to a stranger: such a datagram is never answered. */
  private static boolean isListenersAnswer(ByteBuf frame) {
    int kind = DatagramFrame.kind(frame);
    return kind == FrameHeader.ERROR
        || kind == FrameHeader.GOAWAY
        || (kind == FrameHeader.HEARTBEAT
            && frame.readableBytes() == DatagramFrame.PROBE_BYTES
            && !DatagramFrame.isReply(frame)
            && Cookies.isCookie(DatagramFrame.clock(frame)));
  }

  boolean proves(InetSocketAddress source, long cookie) {
    return cookies.prove(source, cookie);
  }

  /** As {@link Cookies#another}. */
  long newCookie() {
    return cookies.another();
  }

  /** As {@link Cookies#tagged}. */
  long cookieOf(InetSocketAddress source, long clock) {
    return cookies.tagged(source, clock);
  }

  /** Asks a source to show that it gets what is sent to it. */
  void probe(InetSocketAddress source) {
    answer(source, DatagramFrame.probe(cookies.of(source)));
    flush();
  }

  /** An end that a source told, and that was not its own. */
  void disbelieved(InetSocketAddress source) {
    drops.drop(Drop.UNPROVEN, source);
  }

  /** A source has proved itself. */
  private void welcome(InetSocketAddress source, long cookie) {
    UdpServerChannel parent = facade;
    if (closing || parent == null) {
      answer(source, DatagramFrame.end(ErrorCode.SERVER_STOPPING));
      return;
    }
    Shares.Outcome<Seat> outcome = seats.enter(new Seat(this, source), source);
    if (outcome.refusal() != null) {
      Tally tally = outcome.refusal() == Shares.Refusal.FULL ? full : share;
      tally.add(source, Objects.requireNonNull(ctx).executor());
      answer(source, DatagramFrame.end(ErrorCode.CONNECTION_LIMIT));
      return;
    }
    Seat pushedOut = outcome.pushedOut();
    if (pushedOut != null) {
      pushedOut.leave();
    }
    PeerChannel channel = new PeerChannel(parent, this, source, options.inboundBytes(), readNs);
    PeerHandler handler = new PeerHandler(this, channel, source, cookie);
    peers.put(source, channel);
    channel.handledBy(handler);
    parent.eventLoop().register(channel);
    answer(source, DatagramFrame.signOfLife());
    context
        .starter()
        .startSession(
            channel,
            Link.of(channel, endpoint.scheme()).withMaxFrameBytes(UdpTransport.MOST_FRAME_BYTES));
  }

  private static Tally turnedAway(TransportContext context, String what) {
    Fault why = Fault.of(ErrorCode.CONNECTION_LIMIT, "the listener has its " + what);
    return new Tally(
        (count, last) -> context.listener().onEvent(new Event.Denied(last, why, count)));
  }

  private void answer(InetSocketAddress source, ByteBuf frame) {
    ChannelHandlerContext socket = Objects.requireNonNull(ctx);
    if (socket.channel().isWritable()) {
      socket.write(new DatagramPacket(frame, source), socket.voidPromise());
      unflushed = true;
    } else {
      frame.release(); // the source will ask again
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext socket) {
    reading = false;
    for (PeerChannel peer : read) {
      peer.readComplete();
    }
    read.clear();
    flush();
    socket.fireChannelReadComplete();
  }

  @Override
  public void overrun(PeerChannel peer) {
    drops.drop(Drop.OVERRUN, peer.remoteAddress());
  }

  // ---- out ----

  @Override
  public boolean canSend(PeerChannel peer, int bytes) {
    boolean can = Objects.requireNonNull(ctx).channel().isWritable();
    if (!can) {
      stuck.add(peer);
    }
    return can && handler(peer).mayTake(bytes);
  }

  @Override
  public void send(ByteBuf frame, PeerChannel peer) {
    ChannelHandlerContext socket = Objects.requireNonNull(ctx);
    InetSocketAddress to = (InetSocketAddress) peer.remoteAddress();
    socket.write(new DatagramPacket(handler(peer).sign(frame), to), socket.voidPromise());
    unflushed = true;
  }

  /** One flush for all that the peers of one read have to say. */
  @Override
  public void flush() {
    if (unflushed && !reading) {
      unflushed = false;
      Objects.requireNonNull(ctx).flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext socket) {
    if (socket.channel().isWritable() && !stuck.isEmpty()) {
      List<PeerChannel> again = new ArrayList<>(stuck);
      stuck.clear();
      // In a task of its own: the socket is in the middle of a flush.
      socket.executor().execute(() -> again.forEach(PeerChannel::flush));
    }
    socket.fireChannelWritabilityChanged();
  }

  /** Only a datagram is lost, and the socket lives on. */
  @Override
  public void exceptionCaught(ChannelHandlerContext socket, Throwable cause) {
    if (cause instanceof java.io.IOException) {
      drops.drop(Drop.UNSENT, cause);
    } else {
      FAILURES.tell(() ->
          "the listener on " + endpoint.uri() + " failed at a datagram: " + Trace.line(cause));
    }
  }

  // ---- ends ----

  private void expire() {
    long now = nowNs();
    long most = options.idleTimeout().toNanos();
    for (PeerChannel peer : List.copyOf(peers.values())) {
      long silent = now - peer.lastReadNs();
      if (silent >= most) {
        handler(peer).expire(silent / 1_000_000);
      }
    }
  }

  @Override
  public void closed(PeerChannel peer) {
    stuck.remove(peer);
    peers.remove(peer.remoteAddress(), peer);
    InetSocketAddress source = (InetSocketAddress) peer.remoteAddress();
    seats.leave(new Seat(this, source), source);
    closeIfEmpty();
  }

  /** No new peers; the socket closes with the last. */
  private void close() {
    closing = true;
    if (asked != null) {
      asked.stop().forEach(socket -> socket.pipeline().get(UdpListener.class).close());
    }
    closeIfEmpty();
  }

  private void closeIfEmpty() {
    ChannelHandlerContext socket = ctx;
    if (closing && peers.isEmpty() && socket != null) {
      if (sweep != null) {
        sweep.cancel(false);
      }
      drops.stop();
      full.tellRest();
      share.tellRest();
      reading = false;
      flush(); // the last peer's farewell
      socket.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext socket) {
    for (PeerChannel peer : List.copyOf(peers.values())) {
      peer.close();
    }
    UdpServerChannel open = facade;
    if (open != null) {
      open.close();
    }
    socket.fireChannelInactive();
  }
}
