/** QUIC, for servers and clients: {@code quic://}. */
module io.wirelace.quic {
  requires io.netty.buffer;
  requires io.netty.codec.classes.quic;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.unix.common;
  requires io.wirelace.core;
  requires jdk.net;
  requires org.slf4j;
  requires static transitive org.jspecify;

  provides io.wirelace.transport.Transport with
      io.wirelace.quic.QuicTransport;
}
