/**
 * Bodies to objects and back: bytes, text, JSON, CBOR. JSON and CBOR need Jackson 3 on the class
 * path.
 *
 * <p>Threads: codecs are immutable and may be used from any thread.
 */
@NullMarked
package io.wirelace.codec;

import org.jspecify.annotations.NullMarked;
