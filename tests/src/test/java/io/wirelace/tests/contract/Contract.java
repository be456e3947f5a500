package io.wirelace.tests.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wirelace.ClientBuilder;
import io.wirelace.Server;
import io.wirelace.ServerBuilder;
import io.wirelace.Wirelace;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.Result;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** What the contract asks of a transport, and what all its tests begin with. */
abstract class Contract {
  static {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
    Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
  }

  /** Where a server of this transport listens; any free port or name. */
  abstract String listenUri();

  /** Where a client finds the server that listens there. */
  String at(String listeningUri) {
    return listeningUri;
  }

  /** The I/O mechanism of both sides, or empty for the transport's own. */
  String io() {
    return "auto";
  }

  /**
   * Whether all that is sent arrives, in order, or the session ends. Where it does not (datagrams),
   * the rules that need it are skipped.
   */
  boolean promisesDelivery() {
    return true;
  }

  void assumeDelivery() {
    Assumptions.assumeTrue(promisesDelivery(), "much at once: some of it may be lost here");
  }

  /** The largest body that a request without a route may have. */
  int mostBodyBytes() {
    return (16 << 20) - 32;
  }

  ServerBuilder server() {
    return server(listenUri());
  }

  /** A server of this transport that listens there. */
  ServerBuilder server(String uri) {
    return Wirelace.server().listen(uri).io(io());
  }

  ClientBuilder client() {
    return Wirelace.client().io(io());
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static byte[] bytes(int... numbers) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * numbers.length);
    Arrays.stream(numbers).forEach(buffer::putInt);
    return buffer.array();
  }

  static Fault faultOf(Result<byte[]> result) {
    return result.map(body -> Fault.of(ErrorCode.INTERNAL_ERROR, "it worked")).orElse(f -> f);
  }

  Server echo() {
    return server().route("echo", (session, message) -> message.body()).start();
  }

  static byte[] hold(CountDownLatch latch, byte[] body) throws InterruptedException {
    latch.await();
    return body;
  }
}
