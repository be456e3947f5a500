package io.wirelace.wire;

/** Which side of a connection this is. */
public enum Role {
  /** The side that accepted the connection. */
  SERVER,
  /** The side that made it. */
  CLIENT
}
