/** What several modules must keep together. Entered by JUnit's threads. */
@NullMarked
package io.wirelace.tests;

import org.jspecify.annotations.NullMarked;
