/**
 * Wirelace core: the native protocol over TCP, TLS, Unix sockets, UDP and memory, sessions,
 * dispatch, {@code Server} and {@code Client}.
 */
@SuppressWarnings("module") // the modules that security is exported to are compiled later
module io.wirelace.core {
  requires transitive io.netty.buffer;
  requires io.netty.codec;
  requires transitive io.netty.common;
  requires transitive io.netty.handler;
  requires io.netty.resolver;
  requires transitive io.netty.transport;
  requires io.netty.tcnative.classes.openssl;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.classes.io_uring;
  requires io.netty.transport.classes.kqueue;
  requires io.netty.transport.unix.common;
  requires org.slf4j;
  requires static com.github.luben.zstd_jni;
  requires static transitive org.jspecify;
  requires static org.lz4.java;
  requires static tools.jackson.databind;
  requires static tools.jackson.dataformat.cbor;

  exports io.wirelace;
  exports io.wirelace.codec;
  exports io.wirelace.config;
  exports io.wirelace.dispatch;
  exports io.wirelace.error;
  exports io.wirelace.metrics;
  exports io.wirelace.security to
      io.wirelace.http,
      io.wirelace.quic;
  exports io.wirelace.session;
  exports io.wirelace.transport;
  exports io.wirelace.wire;

  uses io.wirelace.transport.StreamProtocol;
  uses io.wirelace.transport.Transport;

  provides io.wirelace.transport.StreamProtocol with
      io.wirelace.transport.any.NativeProtocol;
  provides io.wirelace.transport.Transport with
      io.wirelace.transport.any.AnyTransport,
      io.wirelace.transport.memory.MemoryTransport,
      io.wirelace.transport.tcp.TcpTransport,
      io.wirelace.transport.udp.UdpTransport,
      io.wirelace.transport.unix.UnixTransport;
}
