/** The command {@code lace} as a process of its own. Entered by JUnit's threads. */
@NullMarked
package io.wirelace.tests.program;

import org.jspecify.annotations.NullMarked;
