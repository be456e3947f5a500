package io.wirelace.cli;

import io.wirelace.config.ServerSettings;
import io.wirelace.config.SessionSettings;
import io.wirelace.config.TlsSettings;
import java.util.List;

/**
 * All that {@code lace serve} can be told.
 *
 * @param listen the endpoints; empty for the default one
 */
record ServeSettings(
    List<String> listen, ServerSettings server, SessionSettings session, TlsSettings tls) {}
