package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.config.SessionSettings;
import io.wirelace.error.ErrorCode;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InFlightTest {
  private static final int DUPLICATE = ErrorCode.DUPLICATE_REQUEST_ID.number();

  private final Map<Long, InboundRequest> held = new HashMap<>();
  private final Set<InboundRequest> seen = new HashSet<>();
  private boolean inline;
  private final SessionOnTape tape =
      SessionOnTape.of((frame, request) -> {
        if (request != null && inline) {
          seen.add(request);
          request.answer(FrameEncoder.NO_BODY, Headers.NONE);
          return true;
        }
        if (request != null) {
          held.put(request.id(), request);
        }
        return false;
      });

  @AfterEach
  void close() {
    tape.close();
  }

  private void answer(long id) {
    Objects.requireNonNull(held.remove(id)).answer(FrameEncoder.NO_BODY, Headers.NONE);
  }

  @Test
  void anUnansweredIdIsTakenOnce() {
    tape.receive(FrameHeader.REQUEST, 5, 5);
    assertThat(tape.sent())
        .containsExactly(new SessionOnTape.Sent(FrameHeader.ERROR, 5, DUPLICATE));
    assertThat(tape.session().inFlightRequests()).isEqualTo(1);
  }

  @Test
  void anIdIsFreeAgainWithItsAnswer() {
    tape.receive(FrameHeader.REQUEST, 5);
    answer(5);
    tape.receive(FrameHeader.REQUEST, 5);
    assertThat(tape.sent()).containsExactly(new SessionOnTape.Sent(FrameHeader.RESPONSE, 5, 0));
    assertThat(tape.session().inFlightRequests()).isEqualTo(1);
  }

  @Test
  void aRequestThatIsAnsweredInlineIsTheSameObjectAgain() {
    inline = true;
    tape.receive(FrameHeader.REQUEST, 1, 2, 3, 3);
    assertThat(tape.sent()).extracting(SessionOnTape.Sent::id).containsExactly(1L, 2L, 3L, 3L);
    assertThat(seen).hasSize(1);
    assertThat(tape.session().inFlightRequests()).isZero();
  }

  @Test
  void aRequestMayBeAnsweredBeforeItIsInTheTable() {
    try (SessionOnTape quick =
        SessionOnTape.of((frame, request) -> {
          Objects.requireNonNull(request).answer(FrameEncoder.NO_BODY, Headers.NONE);
          return false; // as when a handler on another thread is that quick
        })) {
      quick.receive(FrameHeader.REQUEST, 1, 2, 1);
      assertThat(quick.sent()).extracting(SessionOnTape.Sent::id).containsExactly(1L, 2L, 1L);
      assertThat(quick.session().inFlightRequests()).isZero();
    }
  }

  @Test
  void inlineAnswersBetweenOthersDoNotTouchThem() {
    tape.receive(FrameHeader.REQUEST, 1);
    inline = true;
    tape.receive(FrameHeader.REQUEST, 2, 3);
    inline = false;
    tape.receive(FrameHeader.REQUEST, 4, 1);
    assertThat(held.keySet()).containsExactlyInAnyOrder(1L, 4L);
    assertThat(tape.session().inFlightRequests()).isEqualTo(2);
    assertThat(tape.sent())
        .containsExactly(
            new SessionOnTape.Sent(FrameHeader.RESPONSE, 2, 0),
            new SessionOnTape.Sent(FrameHeader.RESPONSE, 3, 0),
            new SessionOnTape.Sent(FrameHeader.ERROR, 1, DUPLICATE));
  }

  @Test
  void aCancelFindsItsRequestWhateverTheIds() {
    long[] ids = {7, 7 + 8, 7 + 64, 7 + 4096, -1, Long.MIN_VALUE, Long.MAX_VALUE};
    tape.receive(FrameHeader.REQUEST, ids);
    for (long id : ids) {
      tape.receive(FrameHeader.CANCEL, id);
      assertThat(tape.sent())
          .containsExactly(
              new SessionOnTape.Sent(FrameHeader.ERROR, id, ErrorCode.CANCELLED.number()));
    }
    assertThat(tape.session().inFlightRequests()).isZero();
  }

  @Test
  void aSessionThatOnlyBeatsKeepsNothingOfItsRequests() {
    tape.greet();
    tape.receive(FrameHeader.REQUEST, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    for (long id = 1; id < 10; id++) {
      answer(id);
    }
    Duration beat = SessionSettings.DEFAULT.heartbeatInterval();
    tape.pass(beat.plusMillis(1));
    assertThat(tape.session().inFlight().slots()).isPositive(); // there was traffic in that one
    tape.receive(FrameHeader.HEARTBEAT, 0);
    tape.pass(beat.plusMillis(1));
    assertThat(tape.session().inFlight().slots()).isZero();
  }

  @Test
  void sessionsThatGreetTogetherDoNotBeatTogether() {
    long seed = Long.getLong("seed", System.nanoTime());
    Duration beat = SessionSettings.DEFAULT.heartbeatInterval();
    int early = 0;
    for (int i = 0; i < 40; i++) {
      try (SessionOnTape one = SessionOnTape.of((frame, request) -> false, seed + i)) {
        one.greet();
        one.pass(beat.multipliedBy(3).dividedBy(4));
        early += one.sent().stream().anyMatch(sent -> sent.kind() == FrameHeader.HEARTBEAT) ? 1 : 0;
      }
    }
    assertThat(early).as("seed %d", seed).isBetween(5, 35);
  }

  @Test
  void itBehavesAsASet() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    List<SessionOnTape.Sent> expected = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      long id = 1 + random.nextInt(300) * (random.nextInt(4) == 0 ? 1024L : 1L);
      boolean known = held.containsKey(id);
      if (random.nextBoolean()) {
        if (known) {
          expected.add(new SessionOnTape.Sent(FrameHeader.ERROR, id, DUPLICATE));
        }
        tape.receive(FrameHeader.REQUEST, id);
      } else if (known) {
        expected.add(new SessionOnTape.Sent(FrameHeader.RESPONSE, id, 0));
        answer(id);
      }
      assertThat(tape.session().inFlightRequests()).as("seed %d", seed).isEqualTo(held.size());
      assertThat(tape.sent()).as("seed %d", seed).isEqualTo(expected);
      expected.clear();
    }
  }
}
