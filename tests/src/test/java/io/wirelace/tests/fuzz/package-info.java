/**
 * A seeded fuzz of the whole message path: random senders, sizes, settings and ends over every byte
 * stream, judged by what was accepted, executed and answered. Entered by JUnit's threads or by
 * {@code tests/fuzz}, by its own senders, and by the handlers of both sides.
 */
@NullMarked
package io.wirelace.tests.fuzz;

import org.jspecify.annotations.NullMarked;
