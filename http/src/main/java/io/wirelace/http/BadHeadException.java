package io.wirelace.http;

/** A head that is refused. Carries no stack trace: it is the peer's mistake. */
final class BadHeadException extends Exception {
  private static final long serialVersionUID = 1L;

  private final HttpStatus status;

  BadHeadException(HttpStatus status, String why) {
    super(why, null, false, false);
    this.status = status;
  }

  HttpStatus status() {
    return status;
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
