/** Peers that we did not write; skipped, saying so, where they are not there. */
@NullMarked
package io.wirelace.tests.peers;

import org.jspecify.annotations.NullMarked;
