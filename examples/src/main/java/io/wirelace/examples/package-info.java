/** One runnable file per use. Entered by the main thread only. */
@NullMarked
package io.wirelace.examples;

import org.jspecify.annotations.NullMarked;
