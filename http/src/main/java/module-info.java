/** WebSocket, for servers, clients and browsers. */
module io.wirelace.http {
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.transport;
  requires io.wirelace.core;
  requires static transitive org.jspecify;
  requires tools.jackson.core;

  provides io.wirelace.transport.StreamProtocol with
      io.wirelace.http.HttpProtocol;
  provides io.wirelace.transport.Transport with
      io.wirelace.http.WebSocketTransport;
}
