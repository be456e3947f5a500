package io.wirelace.transport;

import io.wirelace.config.TlsSettings;
import io.wirelace.metrics.NetworkListener;

/**
 * What a transport is given to work with by the server or client that opens an endpoint.
 *
 * @param loops where channels run
 * @param starter puts sessions on channels
 * @param tls certificates, trust and versions, for what the endpoint's own options do not say
 * @param listener hears what happens below the sessions
 */
public record TransportContext(
    EventLoops loops, SessionStarter starter, TlsSettings tls, NetworkListener listener) {}
