package io.wirelace.config;

/**
 * Which thread carries the virtual threads of ordered handlers, and so whether a message is handed
 * from one thread to another on its way to its handler, and its answer back.
 */
public enum HandlerCarrier {
  /**
   * The event loop of a session whose handlers have been quick, where the JVM lets virtual threads
   * have it; the JDK's pool for all others. Only for handlers that never compute for long: one that
   * does stops its event loop, and with it all sessions there, their deadlines and heartbeats.
   */
  AUTO,
  /** The JDK's pool, for every session. The default: no handler can stop an event loop. */
  POOL,
  /**
   * The session's event loop, however long handlers compute, with the same dangers as {@link
   * #AUTO}. What starts with this setting fails where the JVM does not allow it.
   */
  LOOP
}
