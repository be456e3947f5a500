package io.wirelace.wire;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.PeerText;

/**
 * An intact frame whose payload cannot be read. The frame boundary is safe, so the connection
 * lives; the code says what its sender is told. Carries no stack trace: it is the peer's mistake.
 */
public final class MalformedFrameException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  MalformedFrameException(ErrorCode code, String message) {
    super(PeerText.escaped(message), null, false, false);
    this.code = code;
  }

  /** A malformed block or text: {@link ErrorCode#DECODE_FAILED}. */
  static MalformedFrameException block(String message) {
    return new MalformedFrameException(ErrorCode.DECODE_FAILED, message);
  }

  /** {@link ErrorCode#DECODE_FAILED} or {@link ErrorCode#DECOMPRESSION_FAILED}. */
  public ErrorCode code() {
    return code;
  }
}
