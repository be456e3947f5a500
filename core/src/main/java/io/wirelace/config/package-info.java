/**
 * Settings: immutable validated records, one a component, and the reading of their values from text
 * with errors that name the setting, the value and what was expected.
 *
 * <p>Threads: everything here is immutable and may be used from any thread.
 */
@NullMarked
package io.wirelace.config;

import org.jspecify.annotations.NullMarked;
