/** TLS beside peers that others wrote. */
@NullMarked
package io.wirelace.tests.tls;

import org.jspecify.annotations.NullMarked;
