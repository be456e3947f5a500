/** What the floors of Wirelace may cost, where that is the same on every machine. */
@NullMarked
package io.wirelace.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
