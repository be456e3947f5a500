package io.wirelace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wirelace.dispatch.RunMode;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.session.AnswerCallback;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests whose answers come to a callback. */
class CallbackTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private final Server server =
      Wirelace.server()
          .listen("tcp://127.0.0.1:0")
          .route("echo", (session, message) -> message.body())
          .route(
              "held",
              RunMode.CONCURRENT,
              (session, message) -> {
                release.await();
                return message.body();
              })
          .start();
  private final Client client = Wirelace.client().maxInFlight(100).connect(server.uri());

  private final AtomicInteger answers = new AtomicInteger();
  private final Queue<Integer> failures = new ConcurrentLinkedQueue<>();
  private final Queue<String> threads = new ConcurrentLinkedQueue<>();
  private final AnswerCallback counting =
      new AnswerCallback() {
        @Override
        public void onAnswer(byte[] body) {
          threads.add(Thread.currentThread().getName());
          answers.addAndGet(body.length);
        }

        @Override
        public void onFailure(Fault fault) {
          threads.add(Thread.currentThread().getName());
          failures.add(fault.number());
        }
      };

  @AfterEach
  void close() {
    release.countDown();
    client.close();
    server.close();
    assertThat(threads).allMatch(name -> name.startsWith("lace-client"));
  }

  @Test
  void oneCallbackServesManyRequests() {
    for (int i = 0; i < 50; i++) {
      client.requestAsync("echo", new byte[10], counting);
    }
    await().untilAsserted(() -> assertThat(answers).hasValue(500));
    assertThat(failures).isEmpty();
    assertThat(client.session().pendingRequests()).isZero();
  }

  @Test
  void whatThePeerFailsIsTold() {
    client.requestAsync("nowhere", new byte[0], counting);
    await().untilAsserted(() -> assertThat(failures).containsExactly(-645));
  }

  @Test
  void aTimeoutOfItsOwnIsKept() {
    client.requestAsync("held", new byte[0], Duration.ofMillis(50), counting);
    await().untilAsserted(() -> assertThat(failures).containsExactly(-643));
  }

  @Test
  void theEndOfTheSessionIsToldOnce() {
    for (int i = 0; i < 5; i++) {
      client.requestAsync("held", new byte[0], counting);
    }
    client.close();
    await().until(() -> !client.isOpen());
    assertThat(failures).hasSize(5).containsOnly(-603);
  }

  @Test
  void whatCannotBeSentIsThrownAndNotTold() {
    for (int i = 0; i < 100; i++) {
      client.requestAsync("held", new byte[1], counting);
    }
    assertThatThrownBy(() -> client.requestAsync("held", new byte[1], counting))
        .isInstanceOfSatisfying(
            WirelaceException.class, e -> assertThat(e.fault().is(ErrorCode.QUEUE_FULL)).isTrue());
    assertThatThrownBy(() -> client.requestAsync("echo", new byte[1 << 25], counting))
        .isInstanceOf(WirelaceException.class);
    release.countDown();
    await().untilAsserted(() -> assertThat(answers).hasValue(100));
    assertThat(failures).isEmpty();
  }

  @Test
  void aCallbackThatThrowsHarmsNobody() {
    AtomicInteger thrown = new AtomicInteger();
    client.requestAsync(
        "echo",
        new byte[1],
        new AnswerCallback() {
          @Override
          public void onAnswer(byte[] body) {
            thrown.incrementAndGet();
            throw new IllegalStateException("thrown by the test, to be logged");
          }

          @Override
          public void onFailure(Fault fault) {
            thrown.addAndGet(100);
          }
        });
    await().untilAsserted(() -> assertThat(thrown).hasValue(1));
    assertThat(client.request("echo", new byte[3])).hasSize(3);
  }

  @Test
  void aCallbackMaySendTheNextRequest() {
    client.requestAsync(
        "echo",
        new byte[1],
        new AnswerCallback() {
          @Override
          public void onAnswer(byte[] body) {
            if (answers.incrementAndGet() < 1000) {
              client.requestAsync("echo", body, this);
            }
          }

          @Override
          public void onFailure(Fault fault) {
            failures.add(fault.number());
          }
        });
    await().untilAsserted(() -> assertThat(answers).hasValue(1000));
    assertThat(failures).isEmpty();
  }
}
