/** The {@code lace} command. Entered by the main thread only. */
@NullMarked
package io.wirelace.cli;

import org.jspecify.annotations.NullMarked;
