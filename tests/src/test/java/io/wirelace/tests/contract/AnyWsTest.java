package io.wirelace.tests.contract;

import org.junit.jupiter.api.BeforeAll;

/** A shared port, for clients that speak WebSocket. */
class AnyWsTest extends AnyContract {
  @BeforeAll
  static void mustBeThere() {
    assumeHttp();
  }

  @Override
  String scheme() {
    return "ws";
  }
}
