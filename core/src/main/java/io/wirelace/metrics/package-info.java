/**
 * What happens, for those who watch: {@link io.wirelace.metrics.Event}s to a {@link
 * io.wirelace.metrics.NetworkListener}, and {@link io.wirelace.metrics.Counters} that cost nothing
 * when nobody reads them.
 *
 * <p>Threads: events arrive on whatever thread caused them, usually an event loop; counters have
 * one writing thread each (or are atomic) and may be read from any.
 */
@NullMarked
package io.wirelace.metrics;

import org.jspecify.annotations.NullMarked;
