/** What every transport must do: one contract, run by each of them. Entered by JUnit's threads. */
@NullMarked
package io.wirelace.tests.contract;

import org.jspecify.annotations.NullMarked;
