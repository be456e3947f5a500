/** Whether the scale study counts and renders rightly; not how fast anything is. */
@NullMarked
package io.wirelace.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
