package io.wirelace.tests.contract;

/** A shared port, for clients that speak our frames inside TLS. */
class AnyTlsTest extends AnyContract {
  @Override
  String scheme() {
    return "tls";
  }
}
