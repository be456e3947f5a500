package io.wirelace.tests.contract;

/** The contract inside TLS by boringssl. */
class TlsBoringSslTest extends TlsContract {
  @Override
  String provider() {
    return "boringssl";
  }
}
