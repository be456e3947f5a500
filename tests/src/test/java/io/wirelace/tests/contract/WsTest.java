package io.wirelace.tests.contract;

/** The contract over WebSocket. */
class WsTest extends FlowContract {
  @Override
  String listenUri() {
    return "ws://127.0.0.1:0/lace";
  }
}
