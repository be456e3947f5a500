/** Whether the comparison's drivers are driven as their workloads say. */
@NullMarked
package io.wirelace.benchmarks.contender;

import org.jspecify.annotations.NullMarked;
