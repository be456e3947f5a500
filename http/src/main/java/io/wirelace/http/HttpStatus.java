package io.wirelace.http;

/** The status codes that are sent from here (RFC 9110, section 15). */
enum HttpStatus {
  SWITCHING_PROTOCOLS(101, "Switching Protocols"),
  OK(200, "OK"),
  BAD_REQUEST(400, "Bad Request"),
  FORBIDDEN(403, "Forbidden"),
  NOT_FOUND(404, "Not Found"),
  METHOD_NOT_ALLOWED(405, "Method Not Allowed"),
  REQUEST_TIMEOUT(408, "Request Timeout"),
  URI_TOO_LONG(414, "URI Too Long"),
  MISDIRECTED_REQUEST(421, "Misdirected Request"),
  UPGRADE_REQUIRED(426, "Upgrade Required"),
  HEAD_TOO_LARGE(431, "Request Header Fields Too Large"),
  NOT_IMPLEMENTED(501, "Not Implemented"),
  SERVICE_UNAVAILABLE(503, "Service Unavailable"),
  VERSION_NOT_SUPPORTED(505, "HTTP Version Not Supported");

  private final int number;
  private final String reason;

  HttpStatus(int number, String reason) {
    this.number = number;
    this.reason = reason;
  }

  int number() {
    return number;
  }

  String reason() {
    return reason;
  }

  @Override
  public String toString() {
    return number + " " + reason;
  }
}
