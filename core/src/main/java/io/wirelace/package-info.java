/**
 * Wirelace: framed messaging with one API over every transport. {@link io.wirelace.Wirelace} is
 * where to start; {@link io.wirelace.Server} and {@link io.wirelace.Client} are the only place that
 * wires everything together.
 *
 * <p>Threads: any.
 */
@NullMarked
package io.wirelace;

import org.jspecify.annotations.NullMarked;
