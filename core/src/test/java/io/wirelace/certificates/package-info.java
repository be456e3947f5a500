/** Certificates for tests, those of other modules too. */
@NullMarked
package io.wirelace.certificates;

import org.jspecify.annotations.NullMarked;
