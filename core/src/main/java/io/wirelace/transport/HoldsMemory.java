package io.wirelace.transport;

/**
 * A handler under a session that keeps bytes of its own: half a record, a message that is being
 * gathered, frames that a stream has not taken. The session books them with its own memory.
 */
public interface HoldsMemory {
  /** How many bytes it keeps. Any thread; to other threads than its own the number may be old. */
  long heldBytes();
}
