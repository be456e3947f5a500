package io.wirelace.http;

import io.wirelace.config.Defaults;
import io.wirelace.transport.Endpoint;
import io.wirelace.transport.Hosts;

/** The Host field of requests to an endpoint (RFC 9110, section 7.2). */
final class HostField {
  private HostField() {}

  static String of(Endpoint endpoint) {
    String host = endpoint.host().isEmpty() ? Defaults.HOST : Hosts.withoutZone(endpoint.host());
    int port = endpoint.port() < 0 ? Defaults.PORT : endpoint.port();
    int usual = endpoint.scheme().equals("wss") ? 443 : 80;
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == usual ? shown : shown + ":" + port;
  }
}
