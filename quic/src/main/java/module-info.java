/** QUIC, for servers and clients. */
module io.wirelace.quic {
  requires io.wirelace.core;
  requires static transitive org.jspecify;
}
