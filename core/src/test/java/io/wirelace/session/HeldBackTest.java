package io.wirelace.session;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.session.SessionOnTape.Sent;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is read, held and refused while handlers have as much as they may. */
class HeldBackTest {
  private static final int MOST = 1024; // max-in-flight by default
  private static final int QUEUE_FULL = ErrorCode.QUEUE_FULL.number();
  private static final int CANCELLED = ErrorCode.CANCELLED.number();

  private final List<InboundRequest> handled = new ArrayList<>();
  private final List<Long> order = new ArrayList<>();
  private final SessionOnTape tape =
      SessionOnTape.of((frame, request) -> {
        order.add(frame.id());
        if (request != null) {
          handled.add(request);
        }
        return false;
      });

  @AfterEach
  void close() {
    tape.close();
  }

  private void requests(long first, long last) {
    tape.receive(FrameHeader.REQUEST, LongStream.rangeClosed(first, last).toArray());
  }

  private void answer(int index) {
    handled.get(index).answer(FrameEncoder.NO_BODY, Headers.NONE);
  }

  @Test
  void anAnswerIsReadThoughAsManyRequestsAsMayBeAreUnanswered() {
    AtomicReference<String> told = new AtomicReference<>("");
    tape.session().requestAsync("", new byte[0], new Told(told));
    requests(1, MOST + 10);
    tape.receive(FrameHeader.RESPONSE, 1);
    assertThat(told).hasValue("answered");
    assertThat(handled).hasSize(MOST);
  }

  @Test
  void aProbeIsAnsweredThoughMessagesAreHeld() {
    requests(1, MOST + 10);
    tape.receiveProbe();
    assertThat(tape.sent()).containsExactly(new Sent(FrameHeader.HEARTBEAT, 0, 0));
  }

  @Test
  void whatIsHeldGoesOnInItsOrderAsHandlersEnd() {
    requests(1, MOST + 2);
    tape.receive(FrameHeader.NOTIFICATION, 0);
    assertThat(order).hasSize(MOST);
    answer(0);
    tape.sent();
    assertThat(order).hasSize(MOST + 1).endsWith(MOST + 1L);
    answer(1);
    tape.sent();
    assertThat(order).hasSize(MOST + 3).endsWith(MOST + 2L, 0L);
  }

  @Test
  void oneThatIsHeldCanBeCancelledAndIsNeverHandled() {
    requests(1, MOST + 2);
    tape.receive(FrameHeader.CANCEL, MOST + 1);
    assertThat(tape.sent()).containsExactly(new Sent(FrameHeader.ERROR, MOST + 1, CANCELLED));
    answer(0);
    tape.sent();
    assertThat(order).endsWith(MOST + 2L).doesNotContain(MOST + 1L);
  }

  @Test
  void requestsThatCannotBeHeldStopReadingAndAllAreHandledInTheEnd() {
    requests(1, 20_000);
    assertThat(tape.sent()).isEmpty();
    assertThat(tape.isReading()).isFalse();
    for (int i = 0; i < 10; i++) {
      tape.pass(Duration.ofMillis(1100));
    }
    assertThat(tape.isReading()).as("handlers that are slow are no reason to refuse").isFalse();
    while (handled.size() < 20_000) {
      int before = handled.size();
      IntStream.range(before - MOST, before).forEach(this::answerOnce);
      assertThat(tape.sent()).allMatch(sent -> sent.kind() == FrameHeader.RESPONSE);
      assertThat(handled.size()).isGreaterThan(before);
    }
    assertThat(order).isSorted().hasSize(20_000);
    assertThat(tape.isReading()).isTrue();
  }

  @Test
  void whereHandlersBeginToWaitForAnswersAfterReadingStoppedItGoesOn() {
    requests(1, 20_000);
    assertThat(tape.isReading()).isFalse();
    AtomicReference<String> told = new AtomicReference<>("");
    tape.session().requestAsync("", new byte[0], new Told(told));
    for (int i = 0; i < 3; i++) {
      tape.pass(Duration.ofMillis(1100));
    }
    assertThat(tape.isReading()).isTrue();
    tape.receive(FrameHeader.RESPONSE, 1);
    assertThat(told).hasValue("answered");
    assertThat(tape.sent()).anyMatch(sent -> sent.code() == QUEUE_FULL);
  }

  @Test
  void whereThisSideWaitsForAnswersRequestsThatCannotBeHeldAreRefusedAndReadingGoesOn() {
    tape.session().requestAsync("", new byte[0], new Told(new AtomicReference<>("")));
    tape.sent();
    requests(1, 20_000);
    List<Sent> refused = tape.sent();
    assertThat(refused).isNotEmpty().allMatch(sent -> sent.code() == QUEUE_FULL);
    assertThat(tape.isReading()).isTrue();
    tape.receiveProbe();
    assertThat(tape.sent()).containsExactly(new Sent(FrameHeader.HEARTBEAT, 0, 0));
    IntStream.range(0, MOST).forEach(this::answer);
    tape.sent();
    while (handled.size() < 20_000 - refused.size()) { // what was held, all of it
      int before = handled.size();
      IntStream.range(before - MOST, before).forEach(this::answerOnce);
      tape.sent();
      assertThat(handled.size()).isGreaterThan(before);
    }
  }

  /**
   * The answer that handlers wait for comes after many times what can be held, so that to refuse
   * what is held once does not bring it nearer.
   */
  @Test
  void anAnswerIsReadThoughTheMailboxIsFullAndFarMoreIsBeforeItThanCanBeHeld() {
    AtomicReference<String> told = new AtomicReference<>("");
    tape.session().requestAsync("", new byte[0], new Told(told));
    tape.sent();
    tape.pauseMailbox();
    requests(1, 20_000);
    assertThat(tape.isReading()).isFalse();
    for (int i = 0; i < 3; i++) {
      tape.pass(Duration.ofMillis(1100));
    }
    for (long first = 20_001; first < 100_000; first += 20_000) {
      requests(first, first + 19_999);
    }
    tape.receive(FrameHeader.RESPONSE, 1);
    assertThat(told).hasValue("answered");
    assertThat(tape.isReading()).isTrue();
    List<Sent> refused = tape.sent();
    assertThat(refused).allMatch(sent -> sent.code() == QUEUE_FULL).hasSizeGreaterThan(20_000);
    tape.resumeMailbox();
    while (handled.size() < 100_000 - refused.size()) { // what was held, all of it
      int before = handled.size();
      IntStream.range(0, before).forEach(this::answerOnce);
      tape.sent();
      assertThat(handled.size()).isGreaterThan(before);
    }
  }

  private void answerOnce(int index) {
    if (!handled.get(index).isAnswered()) {
      answer(index);
    }
  }

  @Test
  void cancelledRequestsCountUntilTheirHandlersAreOver() {
    for (int round = 0; round < 10; round++) {
      long first = 1 + (long) round * MOST;
      requests(first, first + MOST - 1);
      tape.receive(FrameHeader.CANCEL, LongStream.range(first, first + MOST).toArray());
    }
    assertThat(handled).hasSize(MOST);
    assertThat(tape.session().inFlightRequests()).isZero();
    handled.get(0).over();
    handled.get(0).over();
    tape.sent();
    requests(1_000_000, 1_000_005);
    assertThat(handled).hasSize(MOST + 1);
  }

  @Test
  void aHandlerThatWasOverBeforeTheCancelIsCountedOnce() {
    requests(1, 1);
    answer(0);
    tape.receive(FrameHeader.CANCEL, 1);
    handled.get(0).over();
    tape.sent();
    assertThat(tape.session().inFlight().size()).isZero();
  }

  @Test
  void aFullMailboxStopsReadingForAMomentOnly() {
    tape.pauseMailbox();
    assertThat(tape.isReading()).isFalse();
    tape.receive(FrameHeader.NOTIFICATION, 0);
    tape.pass(Duration.ofMillis(11));
    assertThat(tape.isReading()).isTrue();
    tape.receiveProbe();
    assertThat(tape.sent()).containsExactly(new Sent(FrameHeader.HEARTBEAT, 0, 0));
    assertThat(order).isEmpty();
    tape.resumeMailbox();
    tape.sent();
    assertThat(order).containsExactly(0L);
  }

  @Test
  void aFloodBehindAFullMailboxStopsReading() {
    tape.pauseMailbox();
    tape.pass(Duration.ofMillis(11));
    tape.receive(FrameHeader.NOTIFICATION, new long[20_000]);
    assertThat(tape.isReading()).isFalse();
    tape.resumeMailbox();
    tape.sent();
    assertThat(order).hasSize(20_000);
    assertThat(tape.isReading()).isTrue();
  }

  @Test
  void aSideThatWaitsForAnswersReadsOnAtOnce() {
    AtomicReference<String> told = new AtomicReference<>("");
    tape.session().requestAsync("", new byte[0], new Told(told));
    tape.pauseMailbox();
    assertThat(tape.isReading()).isTrue();
    tape.receive(FrameHeader.RESPONSE, 1);
    assertThat(told).hasValue("answered");
  }

  @Test
  void requestsAreRefusedRatherThanThatBothSidesWaitForEver() {
    AtomicReference<String> told = new AtomicReference<>("");
    tape.session().requestAsync("", new byte[0], new Told(told));
    tape.sent();
    tape.pauseMailbox();
    requests(1, 20_000);
    assertThat(tape.isReading()).isFalse();
    tape.receive(FrameHeader.RESPONSE, 1);
    assertThat(told).hasValue("");
    for (int i = 0; i < 10; i++) {
      tape.pass(Duration.ofMillis(1100));
    }
    assertThat(told).hasValue("answered");
    assertThat(tape.sent()).anyMatch(sent -> sent.code() == QUEUE_FULL);
  }

  /** The peer takes nothing, and the queue to it is full. */
  private void fillTheQueue() {
    tape.takesMore(false);
    while (tape.session().trySend("", new byte[200_000]).accepted()) {
      // until it is full
    }
  }

  private void fail(int index) {
    handled.get(index).fail(Fault.of(ErrorCode.HANDLER_FAILED, "planned"));
  }

  @Test
  void errorsThatFindNoRoomStopNothingOfAPeerThatKeepsToItsBound() {
    fillTheQueue();
    requests(1, MOST);
    IntStream.range(0, MOST).forEach(this::fail);
    tape.pass(ofMillis(1));
    tape.receive(FrameHeader.NOTIFICATION, 0);
    requests(2 * MOST, 2 * MOST);
    assertThat(order).hasSize(MOST + 2).endsWith(0L, 2L * MOST);
    assertThat(tape.isReading()).isTrue();
  }

  /** More errors wait for room than may. */
  private void failMoreThanMayWait() {
    fillTheQueue();
    requests(1, MOST);
    IntStream.range(0, MOST).forEach(this::fail);
    tape.pass(ofMillis(1));
    requests(MOST + 1, MOST + 1);
    fail(MOST);
    tape.pass(ofMillis(11));
    order.clear();
  }

  @Test
  void notificationsWaitForNoRoomButBehindRequestsThatDo() {
    failMoreThanMayWait();
    tape.receive(FrameHeader.NOTIFICATION, 0);
    assertThat(order).containsExactly(0L);
    requests(10_000, 10_000);
    tape.receive(FrameHeader.NOTIFICATION, 0);
    assertThat(order).containsExactly(0L);
    tape.takesMore(true);
    tape.sent();
    tape.sent();
    assertThat(order).containsExactly(0L, 10_000L, 0L);
  }

  @Test
  void requestsWithoutRoomForTheirErrorsAreRefusedRatherThanThatNotificationsWaitForEver() {
    failMoreThanMayWait();
    requests(10_000, 10_010);
    tape.receive(FrameHeader.NOTIFICATION, new long[20_000]);
    assertThat(tape.isReading()).isFalse();
    for (int i = 0; i < 4; i++) {
      tape.pass(ofMillis(1100));
    }
    assertThat(order).hasSize(20_000).containsOnly(0L);
    assertThat(tape.isReading()).isTrue();
  }

  @Test
  void requestsAreRefusedThoughThoseThatWereHandledWaitForRoom() {
    requests(1, MOST + 10);
    fillTheQueue();
    IntStream.range(0, MOST).forEach(this::answer);
    tape.pass(ofMillis(1));
    order.clear();
    tape.receive(FrameHeader.NOTIFICATION, new long[20_000]);
    assertThat(tape.isReading()).isFalse();
    for (int i = 0; i < 4; i++) {
      tape.pass(ofMillis(1100));
    }
    assertThat(order).hasSize(20_000).containsOnly(0L);
    assertThat(tape.isReading()).isTrue();
  }

  @Test
  void aPeerThatFallsSilentIsNoticedThoughItHasAllItsRequests() {
    tape.greet();
    requests(1, MOST + 10);
    tape.sent();
    passInSmallSteps(Duration.ofSeconds(47));
    assertThat(tape.sent())
        .contains(new Sent(FrameHeader.ERROR, 0, ErrorCode.HEARTBEAT_TIMEOUT.number()));
  }

  @Test
  void aPeerThatFallsSilentIsNoticedThoughNothingIsRead() {
    tape.greet();
    tape.pauseMailbox();
    tape.pass(Duration.ofMillis(11));
    tape.receive(FrameHeader.NOTIFICATION, new long[20_000]);
    assertThat(tape.isReading()).isFalse();
    passInSmallSteps(Duration.ofSeconds(47));
    assertThat(tape.sent())
        .contains(new Sent(FrameHeader.ERROR, 0, ErrorCode.HEARTBEAT_TIMEOUT.number()));
  }

  @Test
  void nothingFollowsTheErrorThatEndsASession() {
    requests(1, 2);
    tape.takesMore(false);
    answer(0);
    tape.receive(31, 0);
    answer(1);
    tape.takesMore(true);
    List<Sent> sent = tape.sent();
    assertThat(sent).contains(new Sent(FrameHeader.RESPONSE, 1, 0));
    assertThat(sent).endsWith(new Sent(FrameHeader.ERROR, 0, ErrorCode.PROTOCOL_ERROR.number()));
  }

  @Test
  void aFrameThatDripsIsCut() {
    tape.receiveBytes((byte) 0, (byte) 0, (byte) 1, (byte) 0, (byte) FrameHeader.NOTIFICATION);
    for (int i = 0; i < 11; i++) {
      passInSmallSteps(Duration.ofSeconds(1));
      tape.receiveBytes((byte) 0);
    }
    assertThat(tape.sent())
        .containsExactly(new Sent(FrameHeader.ERROR, 0, ErrorCode.IDLE_TIMEOUT.number()));
  }

  @Test
  void aLargeFrameHasTimeAsLongAsItComes() {
    tape.receiveBytes((byte) 0, (byte) 0x10, (byte) 0, (byte) 0, (byte) FrameHeader.NOTIFICATION);
    for (int i = 0; i < 15; i++) {
      passInSmallSteps(Duration.ofSeconds(5));
      tape.receiveBytes(new byte[64 * 1024]);
    }
    assertThat(tape.sent()).isEmpty();
    tape.receiveBytes(new byte[64 * 1024]);
    assertThat(order).hasSize(1);
  }

  @Test
  void idsOfOneSlotAreKeptApart() {
    long[] ids = LongStream.range(1, 1001).map(i -> i << 32).toArray();
    tape.receive(FrameHeader.REQUEST, ids);
    tape.receive(FrameHeader.REQUEST, ids);
    assertThat(tape.sent())
        .hasSize(ids.length)
        .allMatch(sent -> sent.code() == ErrorCode.DUPLICATE_REQUEST_ID.number());
    tape.receive(FrameHeader.CANCEL, ids);
    assertThat(tape.sent()).hasSize(ids.length).allMatch(sent -> sent.code() == CANCELLED);
  }

  @Test
  void theLongestTimeoutIsATimeout() {
    AtomicReference<String> told = new AtomicReference<>("");
    for (Duration longest : new Duration[] {ofMillis(Long.MAX_VALUE), ofSeconds(Long.MAX_VALUE)}) {
      tape.session().requestAsync("", new byte[0], longest, new Told(told));
    }
    tape.pass(Duration.ofMinutes(5));
    assertThat(told).hasValue("");
    assertThat(tape.session().pendingRequests()).isEqualTo(2);
    tape.receive(FrameHeader.RESPONSE, 1, 2);
    assertThat(told).hasValue("answered");
  }

  /** In large ones the timers come late, as those of a process that stood still. */
  private void passInSmallSteps(Duration time) {
    for (long ms = 0; ms < time.toMillis(); ms += 100) {
      tape.pass(Duration.ofMillis(100));
    }
  }

  @Test
  void aPauseOfTheProcessIsNoSilenceOfThePeer() {
    tape.greet();
    tape.pass(Duration.ofSeconds(16));
    tape.pass(Duration.ofMinutes(5));
    passInSmallSteps(Duration.ofSeconds(2));
    assertThat(tape.sent()).noneMatch(sent -> sent.kind() == FrameHeader.ERROR);
    tape.receiveProbe();
    passInSmallSteps(Duration.ofSeconds(30));
    assertThat(tape.sent()).noneMatch(sent -> sent.kind() == FrameHeader.ERROR);
  }

  private record Told(AtomicReference<String> how) implements AnswerCallback {
    @Override
    public void onAnswer(byte[] body) {
      how.set("answered");
    }

    @Override
    public void onFailure(io.wirelace.error.Fault fault) {
      how.set(fault.toString());
    }
  }
}
