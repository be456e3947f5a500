/** Text messages and the frames they stand for. */
@NullMarked
package io.wirelace.http.json;

import org.jspecify.annotations.NullMarked;
