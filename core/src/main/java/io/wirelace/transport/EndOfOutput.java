package io.wirelace.transport;

/**
 * The transport can send nothing more, though nobody has written {@link EndOfStream}: TLS whose
 * engine ends both directions when the peer has ended its own. Fired up the pipeline as a user
 * event before that end, so that what still waits is counted as dropped and not written to nowhere.
 */
public enum EndOfOutput {
  /** The only one. */
  INSTANCE
}
