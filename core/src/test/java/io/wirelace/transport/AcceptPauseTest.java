package io.wirelace.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.unix.Errors;
import io.wirelace.metrics.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a listener does when accept fails. */
final class AcceptPauseTest {
  private final IOException full = new IOException("Too many open files");

  private final List<Event> events = new ArrayList<>();
  private final AtomicLong now = new AtomicLong();
  private final EmbeddedChannel listening =
      new EmbeddedChannel(
          new AcceptPause(Endpoint.parse("tcp://127.0.0.1:1"), events::add, now::get));

  @AfterEach
  void close() {
    listening.finishAndReleaseAll();
  }

  private void fail(Throwable cause) {
    listening.pipeline().fireExceptionCaught(cause);
    listening.checkException(); // nothing reaches the end of the pipeline
  }

  private void afterPause() {
    listening.advanceTimeBy(AcceptPause.PAUSE_MS, TimeUnit.MILLISECONDS);
    listening.runPendingTasks();
  }

  @Test
  void acceptingPausesWithoutDescriptors() {
    fail(full);
    fail(full); // one that was under way
    assertThat(listening.config().isAutoRead()).isFalse();
    assertThat(events)
        .containsExactly(new Event.OutOfFiles("tcp://127.0.0.1:1", "Too many open files", 1));
  }

  @Test
  void acceptingIsTriedAgainAfterAWhile() {
    fail(full);
    afterPause();
    assertThat(listening.config().isAutoRead()).isTrue();
  }

  @Test
  void acceptingGoesOnWhenAConnectionHasEnded() {
    EmbeddedChannel connection = new EmbeddedChannel();
    listening.writeInbound(connection);
    fail(full);
    connection.close();
    listening.runPendingTasks();
    assertThat(listening.config().isAutoRead()).isTrue();
  }

  @Test
  void aShortageThatLastsIsToldOnceAMinuteWithItsCount() {
    fail(full);
    for (int i = 0; i < 9; i++) {
      afterPause();
      fail(full);
    }
    assertThat(events).hasSize(1);
    now.addAndGet(AcceptPause.TELL_AGAIN_NS);
    afterPause();
    fail(full);
    assertThat(events)
        .last()
        .isEqualTo(new Event.OutOfFiles("tcp://127.0.0.1:1", "Too many open files", 10));
  }

  @Test
  void otherFailuresOfAcceptPauseItToo() {
    fail(new IOException("Operation not permitted"));
    assertThat(listening.config().isAutoRead()).isFalse();
    assertThat(events).singleElement().isInstanceOf(Event.Denied.class);
  }

  @Test
  void everyMechanismsWordsForAShortageAreKnown() {
    if (IoBackend.EPOLL.whyNot() == null) {
      assertThat(AcceptPause.isShortage(Errors.newIOException("accept", -24))).isTrue();
      assertThat(AcceptPause.isShortage(Errors.newIOException("accept", -23))).isTrue();
      assertThat(AcceptPause.isShortage(Errors.newIOException("accept", -1))).isFalse();
    }
    assertThat(AcceptPause.isShortage(new IOException("Too many open files in system"))).isTrue();
    assertThat(AcceptPause.isShortage(new IOException("No file descriptors available"))).isTrue();
    assertThat(AcceptPause.isShortage(new IOException((String) null))).isFalse();
  }
}
