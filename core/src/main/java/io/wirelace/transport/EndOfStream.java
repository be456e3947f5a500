package io.wirelace.transport;

/**
 * The end of one direction. Written to a channel after the last frame, it makes the transport tell
 * the peer that nothing more will come (FIN on TCP). Fired up the pipeline as a user event, it says
 * that the peer did so. When both directions have ended, the session closes the channel, if the
 * transport has not done so.
 */
public enum EndOfStream {
  /** The only one. */
  INSTANCE
}
