package io.wirelace.tests.contract;

/** The contract over QUIC by nio. */
class QuicNioTest extends QuicContract {
  @Override
  String io() {
    return "nio";
  }
}
