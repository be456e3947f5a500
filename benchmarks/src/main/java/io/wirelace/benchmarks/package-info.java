/** Measurements of hot paths. Entered by JMH's threads. */
@NullMarked
package io.wirelace.benchmarks;

import org.jspecify.annotations.NullMarked;
