package io.wirelace.wire;

import io.wirelace.error.Fault;

/** Takes what a {@link FrameDecoder} finds. All calls on the channel's event loop. */
public interface FrameSink {
  /** A complete frame of a legal type; valid only during the call. */
  void onFrame(Frame frame);

  /** The last complete frame of one read has been handed over; counts since the last such call. */
  void onBatchEnd(int frames, int bytes);

  /** The peer broke the framing; nothing more will come from this decoder. */
  void onViolation(Fault fault);

  /**
   * Notifications came after the decoder was stopped, and nobody handles them.
   *
   * @param notifications how many
   */
  default void onUnhandled(long notifications) {}
}
