/** One port for every protocol, with peers that we did not write. Entered by JUnit's threads. */
@NullMarked
package io.wirelace.tests.any;

import org.jspecify.annotations.NullMarked;
