/** WebSocket, for servers, clients and browsers. */
module io.wirelace.http {
  requires io.wirelace.core;
  requires static transitive org.jspecify;
}
