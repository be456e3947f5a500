package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.session.SessionOnTape.Sent;
import io.wirelace.wire.FrameHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What both sides learn when a session ends with work under way. */
class LeavingTest {
  private static final Fault STOPPING = Fault.of(ErrorCode.GOING_AWAY, "the server is stopping");

  private final List<InboundRequest> handled = new ArrayList<>();
  private final AtomicReference<CloseReason> why = new AtomicReference<>();
  private final SessionOnTape tape = SessionOnTape.keeping(handled);

  @AfterEach
  void close() {
    tape.close();
  }

  @Test
  void closingCancelsWhatItAskedFor() {
    AtomicReference<String> told = new AtomicReference<>("");
    tape.session().requestAsync("", new byte[0], new Told(told));
    tape.sent();
    tape.session().close();
    assertThat(tape.sent()).containsExactly(new Sent(FrameHeader.CANCEL, 1, 0));
    assertThat(told.get()).isNotEmpty();
  }

  @Test
  void closingAnswersWhatIsUnanswered() {
    tape.receive(FrameHeader.REQUEST, 7);
    tape.session().close(CloseReason.policy(ErrorCode.SERVER_STOPPING, "the drain is over"));
    assertThat(tape.sent())
        .containsExactly(new Sent(FrameHeader.ERROR, 7, ErrorCode.SERVER_STOPPING.number()));
    assertThat(handled.getFirst().isAnswered()).isTrue();
  }

  @Test
  void aPeerThatHasNotSaidAWordLearnsThatTheServerLeaves() {
    tape.session().leave(STOPPING);
    assertThat(tape.sent())
        .containsExactly(new Sent(FrameHeader.ERROR, 0, ErrorCode.GOING_AWAY.number()));
  }

  @Test
  void nobodyWaitsForAPeerThatGaveNoSignOfLife() {
    tape.session().whenClosed().thenAccept(why::set);
    tape.greet();
    tape.sent();
    for (int i = 0; i < 1_000; i++) {
      tape.pass(Duration.ofMillis(50));
      if (why.get() != null) {
        assertThat(why.get().fault().is(ErrorCode.HEARTBEAT_TIMEOUT)).isTrue();
        return;
      }
      assertThat(tape.session().isOpen()).as("closing, and yet not closed").isTrue();
    }
    throw new AssertionError("the silent peer was not noticed");
  }

  @Test
  void notificationsThatComeAfterTheEndAreCounted() {
    tape.receiveProbe(); // something is on its way to the peer, whose end is waited for
    tape.session().close();
    tape.receive(FrameHeader.NOTIFICATION, 0, 0);
    tape.receive(FrameHeader.HEARTBEAT, 0);
    tape.receiveBytes((byte) 0, (byte) 0, (byte) 0);
    tape.receiveBytes((byte) 9, (byte) FrameHeader.NOTIFICATION, (byte) 0, (byte) 0);
    tape.receiveBytes(new byte[6]);
    assertThat(tape.session().counters().dropped(Drop.SESSION_ENDED)).isEqualTo(3);
  }

  @Test
  void aClientHandlesWhatAServerSendsAfterItHasSaidThatItLeaves() {
    List<Long> heard = new ArrayList<>();
    try (SessionOnTape client = client(heard)) {
      client.receiveGoAway(STOPPING);
      client.receive(FrameHeader.REQUEST, 2, 4);
      assertThat(client.session().isOpen()).isTrue();
      client.receive(FrameHeader.REQUEST, 6);
      client.receiveEnd();
      client.sent();
      assertThat(heard).containsExactly(2L, 4L, 6L);
      assertThat(client.session().isOpen()).isFalse();
      assertThat(client.session().counters().dropped(Drop.SESSION_ENDED)).isZero();
    }
  }

  @Test
  void aServerThatWaitsForItsClientToLeaveIsLeftWhenItIsSilent() {
    try (SessionOnTape client = client(new ArrayList<>())) {
      client.receiveGoAway(STOPPING);
      client.pass(Duration.ofMillis(600));
      client.receive(FrameHeader.REQUEST, 2);
      client.pass(Duration.ofMillis(600));
      assertThat(client.session().isOpen()).as("it has just said something").isTrue();
      client.pass(Duration.ofMillis(600));
      assertThat(client.session().isOpen()).isFalse();
    }
  }

  @Test
  void whatCannotBeSentAnyMoreIsCountedAndNobodyWaitsForIt() {
    tape.session().whenClosed().thenAccept(why::set);
    tape.takesMore(false);
    for (int i = 0; i < 3; i++) {
      assertThat(tape.session().trySend("", new byte[0]).accepted()).isTrue();
    }
    tape.sent();
    tape.endOutput();
    assertThat(tape.session().counters().dropped(Drop.SESSION_ENDED)).isEqualTo(3);
    assertThat(tape.session().trySend("", new byte[0]).accepted()).isFalse();
    assertThat(why).as("the peer has not ended").hasValue(null);
    tape.receiveEnd();
    assertThat(why.get()).isNotNull();
  }

  private static SessionOnTape client(List<Long> heard) {
    return SessionOnTape.ofClient((frame, request) -> {
      heard.add(frame.id());
      if (request != null) {
        request.stop(STOPPING);
      }
      return false;
    });
  }

  private record Told(AtomicReference<String> by) implements AnswerCallback {
    @Override
    public void onAnswer(byte[] body) {
      by.set("answered");
    }

    @Override
    public void onFailure(Fault fault) {
      by.set(fault.toString());
    }
  }
}
