package io.wirelace.session;

import io.wirelace.config.SessionSettings;
import io.wirelace.metrics.NetworkListener;
import io.wirelace.wire.Compression;
import io.wirelace.wire.Role;
import io.wirelace.wire.WireLimits;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What all sessions of one server or client share. The clock and the randomness come in here, so
 * that tests can bring their own.
 *
 * @param role which side this is
 * @param name what this side calls itself in its greeting
 * @param settings bounds and times
 * @param sink where messages go
 * @param listener who hears what happens
 * @param compression what this side compresses with where the peer agrees; servers take what the
 *     client asks for
 * @param greeting whether a client greets with HELLO; a server always answers one
 * @param random where session ids come from
 * @param clock nanoseconds, as {@link System#nanoTime}; the same that the event loop's timers use
 */
public record SessionContext(
    Role role,
    String name,
    SessionSettings settings,
    MessageSink sink,
    NetworkListener listener,
    Compression compression,
    boolean greeting,
    RandomGenerator random,
    LongSupplier clock) {

  /** Checks that nothing is missing. */
  public SessionContext {
    Objects.requireNonNull(settings, "settings");
    Objects.requireNonNull(sink, "sink");
  }

  /** The limits of the wire among the settings. */
  public WireLimits limits() {
    return new WireLimits(
        settings.maxFrameBytes(), settings.maxHeaders(), settings.maxInflationRatio());
  }
}
