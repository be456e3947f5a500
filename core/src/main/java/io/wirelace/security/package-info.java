/**
 * TLS below the transports: who does it, certificates, keys and trust from files, pins, what a
 * failure means, and the exchange of all that while connections go on.
 *
 * <p>Threads: values are immutable; {@link io.wirelace.security.TlsServer} and {@link
 * io.wirelace.security.TlsClient} may be used from any thread.
 */
@NullMarked
package io.wirelace.security;

import org.jspecify.annotations.NullMarked;
