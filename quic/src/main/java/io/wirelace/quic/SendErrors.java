package io.wirelace.quic;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.util.internal.PlatformDependent;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.transport.DatagramDrops;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what becomes of the datagrams that QUIC's codec writes, which the codec does not ask. What
 * the kernel does not take is counted, reported, and told to the connection whose datagram it was.
 * QUIC itself sends again what was lost. The first handler of its socket; event loop only.
 */
final class SendErrors extends ChannelOutboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(SendErrors.class);
  private static final boolean LINUX = PlatformDependent.normalizedOs().equals("linux");

  // Numbers of the system's errors.
  private static final int EIO = 5;
  private static final int EINVAL = 22;
  private static final int EOPNOTSUPP = 95; // Linux, the only one that takes several at once
  private static final int EMSGSIZE = LINUX ? 90 : 40;

  private final String uri;
  private final QuicOptions.Socket options;
  private final NetworkListener listener;
  private final DatagramDrops drops;
  private final ChannelFutureListener onWritten = this::written;
  private final Underway underway = new Underway();
  private final Map<QuicChannel, DatagramRoom> connections = new HashMap<>();
  private @Nullable ChannelHandlerContext ctx;
  private boolean isOneByOneTold;
  private boolean isFragmenting;

  SendErrors(String uri, QuicOptions.Socket options, NetworkListener listener) {
    this.uri = uri;
    this.options = options;
    this.listener = listener;
    this.drops = new DatagramDrops(uri, listener);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    drops.start(added.executor());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    drops.stop();
  }

  /** Whether the library tries what a path carries. */
  boolean discoversMtu() {
    return options.discoverMtu();
  }

  /** Errors at datagrams of that connection are told to its room. */
  void follow(QuicChannel channel, DatagramRoom room) {
    connections.put(channel, room);
    channel.closeFuture().addListener(closed -> connections.remove(channel));
  }

  // ---- each datagram ----

  /** Adds no object to a datagram: its promise has room for one listener. */
  @Override
  public void write(ChannelHandlerContext writing, Object message, ChannelPromise promise) {
    if (message instanceof DatagramPacket packet) {
      int bytes = packet.content().readableBytes();
      int segment = packet instanceof SegmentedDatagramPacket several ? several.segmentSize() : 0;
      underway.add(packet.recipient(), segment > 0 && segment < bytes ? -segment : bytes);
      writing.write(message, promise.unvoid()).addListener(onWritten);
    } else {
      writing.write(message, promise);
    }
  }

  /** In the order of the writes: a socket takes or refuses one datagram after the other. */
  private void written(ChannelFuture done) {
    SocketAddress recipient = underway.recipient();
    int bytes = underway.bytes();
    underway.removeFirst();
    if (done.cause() instanceof IOException cause && !(cause instanceof ClosedChannelException)) {
      failed(recipient, bytes, cause);
    }
  }

  private void failed(@Nullable SocketAddress recipient, int bytes, IOException cause) {
    drops.drop(Drop.UNSENT, text(cause) + " (" + Math.abs(bytes) + " bytes)");
    DatagramRoom room = recipient == null ? null : roomOf(recipient);
    if (room != null) {
      room.refused(Math.abs(bytes), bytes < 0, cause);
    }
  }

  /**
   * Looks at all: that happens a few times, and no more once a connection's datagrams are short.
   */
  private @Nullable DatagramRoom roomOf(SocketAddress peer) {
    for (Map.Entry<QuicChannel, DatagramRoom> each : connections.entrySet()) {
      if (peer.equals(each.getKey().remoteSocketAddress())) {
        return each.getValue();
      }
    }
    return null;
  }

  static boolean isTooLong(IOException cause) {
    if (cause instanceof Errors.NativeIoException error) {
      return -error.expectedErr() == EMSGSIZE;
    }
    String text = text(cause).toLowerCase(Locale.ROOT);
    return text.contains("too long") || text.contains("too large") || text.contains("larger than");
  }

  /** The system, or the network card, takes one datagram at a time only. */
  static boolean isNotSupported(IOException cause) {
    return cause instanceof Errors.NativeIoException error
        && switch (-error.expectedErr()) {
          case EIO, EINVAL, EOPNOTSUPP -> true;
          default -> false;
        };
  }

  static String text(IOException cause) {
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }

  // ---- what follows, told once ----

  /** Several datagrams at once are refused, however short they are. */
  void tellOneByOne(IOException cause) {
    if (!isOneByOneTold) {
      isOneByOneTold = true;
      LOG.warn(
          "QUIC on {} sends each datagram by itself to peers where several at once fail: {}"
              + " (gso=false spares the attempt)",
          uri,
          text(cause));
    }
  }

  /** Not even the shortest datagrams fit: lets the kernel cut them in pieces. */
  void fragment() {
    ChannelHandlerContext socket = ctx;
    if (!isFragmenting && socket != null) {
      isFragmenting = true;
      boolean done = QuicSockets.allowFragments(socket.channel());
      LOG.warn(
          "QUIC on {}: a path does not carry {} bytes, which QUIC needs; {}",
          uri,
          PathMtu.BASE_BYTES,
          done ? "datagrams may be fragmented from now on" : "its connections will not work");
    }
  }

  void narrowed(QuicChannel channel, String why) {
    listener.onEvent(
        new Event.PathNarrowed(
            String.valueOf(channel.remoteSocketAddress()), PathMtu.BASE_BYTES, why));
  }

  void widened(QuicChannel channel) {
    LOG.debug("the path to {} carries long datagrams again", channel.remoteSocketAddress());
  }

  /** Recipient and length of each datagram that the socket has not taken yet, the oldest first. */
  private static final class Underway {
    private SocketAddress[] recipients = new SocketAddress[64];
    private int[] bytes = new int[64];
    private int first;
    private int count;

    void add(SocketAddress recipient, int length) {
      if (count == bytes.length) {
        grow();
      }
      int at = (first + count++) & (bytes.length - 1);
      recipients[at] = recipient;
      bytes[at] = length;
    }

    private void grow() {
      SocketAddress[] moreRecipients = new SocketAddress[2 * count];
      int[] moreBytes = new int[2 * count];
      for (int i = 0; i < count; i++) {
        int at = (first + i) & (count - 1);
        moreRecipients[i] = recipients[at];
        moreBytes[i] = bytes[at];
      }
      recipients = moreRecipients;
      bytes = moreBytes;
      first = 0;
    }

    SocketAddress recipient() {
      return recipients[first];
    }

    int bytes() {
      return bytes[first];
    }

    void removeFirst() {
      recipients[first] = null;
      first = (first + 1) & (bytes.length - 1);
      count--;
    }
  }
}
