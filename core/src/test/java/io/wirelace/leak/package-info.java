/**
 * Fails a test run in which a buffer was lost. Shared with the module {@code tests} as core's test
 * jar. Entered by JUnit's threads.
 */
@NullMarked
package io.wirelace.leak;

import org.jspecify.annotations.NullMarked;
