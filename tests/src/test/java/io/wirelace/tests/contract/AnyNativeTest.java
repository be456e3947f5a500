package io.wirelace.tests.contract;

/** A shared port, for clients that speak our frames over TCP. */
class AnyNativeTest extends AnyContract {
  @Override
  String scheme() {
    return "tcp";
  }
}
