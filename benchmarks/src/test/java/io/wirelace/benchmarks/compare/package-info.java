/** Whether the comparison's harness works; not how fast anything is. */
@NullMarked
package io.wirelace.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
