package io.wirelace.session;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.metrics.Drop;
import io.wirelace.session.SessionOnTape.Sent;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers of asynchronous handlers, to a peer that reads slowly or not at all. */
class LateAnswersTest {
  private static final int ANSWERS = 8;
  private static final byte[] LARGE = new byte[400_000]; // four of them fill the queue

  private final List<InboundRequest> handled = new ArrayList<>();
  private final SessionOnTape tape = SessionOnTape.keeping(handled);

  @AfterEach
  void close() {
    tape.close();
  }

  private void answerAllLate() {
    tape.receive(FrameHeader.REQUEST, LongStream.rangeClosed(1, ANSWERS).toArray());
    tape.takesMore(false);
    for (InboundRequest request : handled) {
      request.answer(LARGE, Headers.NONE); // on this thread, which must not wait
    }
    assertThat(tape.session().inFlight().unanswered()).isBetween(1, ANSWERS - 1);
  }

  @Test
  void lateAnswersLeaveWhenThereIsRoom() {
    answerAllLate();
    tape.takesMore(true);
    List<Sent> sent = tape.sent();
    for (long id = 1; id <= ANSWERS; id++) {
      assertThat(sent).containsOnlyOnce(new Sent(FrameHeader.RESPONSE, id, 0));
    }
    assertThat(tape.session().inFlight().unanswered()).isZero();
  }

  @Test
  void sendersDoNotTakeTheRoomThatAnswersWaitFor() {
    answerAllLate();
    while (!tape.session().outbound().hasRoom()) {
      tape.takesOnly(1); // until there is some room, but not half of the queue yet
    }
    assertThat(tape.session().inFlight().unanswered()).isPositive();
    assertThat(tape.session().trySend("", new byte[0]).accepted()).isFalse();
    tape.takesMore(true);
    tape.sent();
    assertThat(tape.session().inFlight().unanswered()).isZero();
    assertThat(tape.session().trySend("", new byte[0]).accepted()).isTrue();
  }

  @Test
  void aPeerThatTakesNoAnswersIsLeftAfterTheSendTimeout() {
    AtomicReference<CloseReason> why = new AtomicReference<>();
    tape.session().whenClosed().thenAccept(why::set);
    answerAllLate();
    tape.pass(Duration.ofSeconds(29));
    assertThat(tape.session().isOpen()).isTrue();
    tape.pass(Duration.ofSeconds(2));
    assertThat(tape.session().isOpen()).isFalse();
    tape.pass(Duration.ofSeconds(6));
    assertThat(requireNonNull(why.get()).fault().is(ErrorCode.QUEUE_FULL)).isTrue();
  }

  @Test
  void answersThatFoundNoRoomBeforeTheEndAreCounted() {
    answerAllLate();
    int waiting = tape.session().inFlight().unanswered();
    tape.close();
    assertThat(tape.session().counters().dropped(Drop.SESSION_ENDED))
        .isGreaterThanOrEqualTo(waiting);
    assertThat(tape.session().inFlight().unanswered()).isZero();
  }

  @Test
  @SuppressWarnings("NullAway") // that is how it fails
  void whoseAnswerCannotBeMadeIsToldSo() {
    tape.receive(FrameHeader.REQUEST, 1);
    assertThatThrownBy(() -> handled.getFirst().answer(null, Headers.NONE))
        .isInstanceOf(NullPointerException.class);
    assertThat(tape.sent())
        .containsExactly(new Sent(FrameHeader.ERROR, 1, ErrorCode.INTERNAL_ERROR.number()));
    assertThat(tape.session().inFlight().unanswered()).isZero();
    handled.getFirst().answer(FrameEncoder.NO_BODY, Headers.NONE);
    assertThat(tape.sent()).isEmpty();
  }
}
