/**
 * The {@code lace} command: one class for each subcommand, and what they share. Data goes to
 * standard output, everything else to standard error.
 *
 * <p>Threads: commands run on the main thread; what sends load or hears events says which thread it
 * is on.
 */
@NullMarked
package io.wirelace.cli;

import org.jspecify.annotations.NullMarked;
