package io.wirelace.tests.contract;

/** The contract inside TLS by jdk. */
class TlsJdkTest extends TlsContract {
  @Override
  String provider() {
    return "jdk";
  }
}
