/**
 * Measurements of single floors with JMH: the codec, dispatch, sessions.
 *
 * <p>Threads: JMH's, and those of the floor that is measured.
 */
@NullMarked
package io.wirelace.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
