package io.wirelace.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramPacket;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Has a socket for datagrams on all addresses answer from the one that was asked. The kernel would
 * choose the address by the way to the peer, and the peer, who asked another, would not know the
 * answer. Netty can send from no other address than the socket's own, so each gets a further
 * socket, which the kernel prefers to this one:
 *
 * <ul>
 *   <li>where a datagram tells what it was sent to (epoll, IPv4), when the first to it has come;
 *       that is given to the further socket;
 *   <li>elsewhere for each address of the machine's interfaces, looked at every few seconds.
 * </ul>
 *
 * <p>The socket of an address that the machine has no more is closed at the next look but one.
 *
 * <p>The first handler of its socket. Event loop only.
 */
public final class AskedAddresses extends ChannelInboundHandlerAdapter {
  private static final int LOOK_SECONDS = 5;
  private static final int MOST_SOCKETS = 256;
  private static final int MOST_WAITING = 64;

  /** Opens a further socket. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Binds to that address, with SO_REUSEADDR, on this socket's event loop. Succeeds when the
     * socket can be read from; its channel is closed by its owner.
     */
    ChannelFuture open(InetSocketAddress local);
  }

  private final IoBackend backend;
  private final boolean reuse;
  private final Opener opener;
  private final Map<InetAddress, Further> further = new HashMap<>();

  /** What was gone at the last look. */
  private final Set<InetAddress> missing = new HashSet<>();

  private @Nullable ScheduledFuture<?> looking;
  private boolean stopped;

  /** A further socket, and what came for it before it was open. */
  private static final class Further {
    private final List<DatagramPacket> waiting = new ArrayList<>();
    private @Nullable Channel channel;
    private boolean failed;
  }

  /**
   * For one socket.
   *
   * @param reuse whether others may bind there as well
   */
  public AskedAddresses(IoBackend backend, boolean reuse, Opener opener) {
    this.backend = backend;
    this.reuse = reuse;
    this.opener = opener;
  }

  /** Whether a socket by that mechanism has to be told to say what a datagram was sent to. */
  public static boolean isTold(IoBackend backend) {
    return backend == IoBackend.EPOLL;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    look(ctx);
    looking =
        ctx.executor()
            .scheduleWithFixedDelay(() -> look(ctx), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    ctx.fireChannelActive();
  }

  /** Opens no more, and leaves those that are there to their owner. */
  public List<Channel> stop() {
    stopped = true;
    if (looking != null) {
      looking.cancel(false);
    }
    List<Channel> open = new ArrayList<>();
    for (Further one : further.values()) {
      if (one.channel != null) {
        open.add(one.channel);
      }
    }
    return open;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    stop();
    for (Further one : further.values()) {
      one.waiting.forEach(DatagramPacket::release);
      one.waiting.clear();
    }
    ctx.fireChannelInactive();
  }

  // ---- by what datagrams tell ----

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    DatagramPacket packet = (DatagramPacket) message;
    InetSocketAddress asked = packet.recipient();
    InetAddress address = asked == null ? null : asked.getAddress();
    if (address == null || address.isAnyLocalAddress() || address.isMulticastAddress() || stopped) {
      ctx.fireChannelRead(packet);
      return;
    }
    Further one = further.get(address);
    if (one == null && further.size() < MOST_SOCKETS) {
      one = open(ctx, address);
    }
    if (one == null || one.failed) {
      ctx.fireChannelRead(packet); // and answered from where the kernel likes
    } else if (one.channel != null) {
      give(one.channel, packet); // it was under way when that was opened
    } else if (one.waiting.size() < MOST_WAITING) {
      one.waiting.add(packet);
    } else {
      ctx.fireChannelRead(packet);
    }
  }

  private static void give(Channel channel, DatagramPacket packet) {
    channel.pipeline().fireChannelRead(packet);
    channel.pipeline().fireChannelReadComplete();
  }

  private Further open(ChannelHandlerContext ctx, InetAddress address) {
    Further one = new Further();
    further.put(address, one);
    int port = ((InetSocketAddress) ctx.channel().localAddress()).getPort();
    share(ctx.channel(), true);
    ChannelFuture opened = opener.open(new InetSocketAddress(address, port));
    opened.addListener(done -> {
      share(ctx.channel(), reuse);
      List<DatagramPacket> waiting = List.copyOf(one.waiting);
      one.waiting.clear();
      if (!done.isSuccess()) {
        one.failed = true; // until the next look
        waiting.forEach(ctx::fireChannelRead);
        ctx.fireChannelReadComplete();
        return;
      }
      Channel channel = opened.channel();
      share(channel, reuse);
      one.channel = channel;
      channel.closeFuture().addListener(closed -> further.remove(address, one));
      if (stopped) {
        channel.close();
      }
      waiting.forEach(packet -> give(channel, packet));
    });
    return one;
  }

  /** Only while a further one is bound: nobody else is to get the port. */
  private static void share(Channel socket, boolean shared) {
    if (socket.isOpen()) {
      socket.config().setOption(ChannelOption.SO_REUSEADDR, shared);
    }
  }

  // ---- by the machine's addresses ----

  /** Looks on a thread of its own: with many interfaces that takes its time. */
  private void look(ChannelHandlerContext ctx) {
    Set<InetAddress> open = Set.copyOf(further.keySet());
    Thread.ofVirtual()
        .name("lace-addresses")
        .start(() -> {
          Set<InetAddress> found = localAddresses();
          Set<InetAddress> gone =
              open.stream()
                  .filter(a -> !found.contains(a) && !isLocal(a))
                  .collect(Collectors.toSet());
          if (!ctx.executor().isShuttingDown()) {
            ctx.executor().execute(() -> follow(ctx, found, gone));
          }
        });
  }

  /** As the kernel sees it: whole networks may be local that are no interface's address. */
  private static boolean isLocal(InetAddress address) {
    try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(address, 0))) {
      return probe.isBound();
    } catch (BindException e) {
      return false;
    } catch (SocketException e) {
      return true; // not known, such as without a descriptor
    }
  }

  private Set<InetAddress> localAddresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(a -> !(isTold(backend) && a instanceof Inet4Address))
          .filter(a -> !a.isLinkLocalAddress()) // the kernel answers from the link's own
          .collect(Collectors.toCollection(HashSet::new));
    } catch (SocketException e) {
      return Set.of(); // as if there were none; what is open is asked for one by one
    }
  }

  private void follow(ChannelHandlerContext ctx, Set<InetAddress> found, Set<InetAddress> gone) {
    if (stopped || !ctx.channel().isActive()) {
      return;
    }
    closeGone(gone);
    further.values().removeIf(one -> one.failed);
    for (InetAddress address : found) {
      if (!further.containsKey(address) && further.size() < MOST_SOCKETS) {
        open(ctx, address);
      }
    }
  }

  /** An address that has moved to another machine for a moment only keeps its socket. */
  private void closeGone(Set<InetAddress> gone) {
    for (InetAddress address : gone) {
      Further one = further.get(address);
      if (one != null && one.channel != null && missing.contains(address)) {
        further.remove(address);
        one.channel.close();
      }
    }
    missing.clear();
    missing.addAll(gone);
  }
}
