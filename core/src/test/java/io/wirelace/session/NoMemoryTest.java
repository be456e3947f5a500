package io.wirelace.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.metrics.Event;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A session that finds no memory, at each place where it needs some, is ended and said. */
class NoMemoryTest {
  private final List<InboundRequest> handled = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();
  private final AtomicReference<CloseReason> why = new AtomicReference<>();
  private Runnable inHandler = () -> {};

  private final SessionOnTape tape =
      SessionOnTape.of((frame, request) -> {
        inHandler.run();
        if (request != null) {
          handled.add(request);
        }
        return false;
      });

  NoMemoryTest() {
    tape.listen(events::add);
    tape.session().whenClosed().thenAccept(why::set);
  }

  @AfterEach
  void close() {
    tape.close();
  }

  private static void fail() {
    throw new OutOfMemoryError("thrown by the test");
  }

  /** Buffers beyond those of the test are not to be had. */
  private void takeTheChannelsMemory() {
    tape.channel()
        .config()
        .setAllocator(
            new AbstractByteBufAllocator(true) {
              @Override
              protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
                throw new OutOfMemoryError("thrown by the test");
              }

              @Override
              protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
                throw new OutOfMemoryError("thrown by the test");
              }

              @Override
              public boolean isDirectBufferPooled() {
                return false;
              }
            });
  }

  private void assertEndedAndSaid() {
    tape.channel().runPendingTasks();
    assertThat(tape.channel().isOpen()).isFalse();
    assertThat(why.get()).isNotNull();
    assertThat(why.get().fault().is(ErrorCode.INTERNAL_ERROR)).as("%s", why.get()).isTrue();
    assertThat(events)
        .filteredOn(event -> event instanceof Event.SessionFailed)
        .singleElement()
        .satisfies(event ->
            assertThat(((Event.SessionFailed) event).cause()).isInstanceOf(OutOfMemoryError.class));
    assertThat(tape.session().state()).isEqualTo(SessionState.CLOSED);
    assertThat(events).filteredOn(event -> event instanceof Event.Closed).hasSize(1);
  }

  @Test
  void whereHalfAFrameCannotBeKept() {
    takeTheChannelsMemory();
    tape.receiveHalfAFrame();
    assertEndedAndSaid();
  }

  @Test
  void whereAMessageCannotBeDispatched() {
    inHandler = NoMemoryTest::fail;
    tape.receive(FrameHeader.REQUEST, 1);
    assertEndedAndSaid();
  }

  @Test
  void whereAMessageThatWaitsCannotBeHeld() {
    tape.pauseMailbox();
    tape.pass(Duration.ofMillis(20)); // it reads on, and holds what comes
    takeTheChannelsMemory();
    tape.receive(FrameHeader.NOTIFICATION, 0);
    assertEndedAndSaid();
  }

  @Test
  void whereWhatWasHeldCannotBeHandedOn() {
    tape.pauseMailbox();
    tape.pass(Duration.ofMillis(20));
    tape.receive(FrameHeader.NOTIFICATION, 0);
    inHandler = NoMemoryTest::fail;
    tape.resumeMailbox();
    assertEndedAndSaid();
  }

  @Test
  void whereAnAnswerCannotBeWritten() {
    tape.receive(FrameHeader.REQUEST, 1);
    tape.channel()
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                ((ByteBuf) message).release();
                fail();
              }
            });
    handled.getFirst().answer(new byte[10], Headers.NONE);
    assertEndedAndSaid();
  }

  @Test
  void whereTheAnswerIsLostOnItsWayToTheQueue() {
    tape.receive(FrameHeader.REQUEST, 1);
    handled.getFirst().lost(new OutOfMemoryError("thrown by the test"));
    assertEndedAndSaid();
  }

  @Test
  void whereATimerFails() {
    tape.greet();
    tape.channel().runPendingTasks();
    tape.atEachLookAtTheClock(NoMemoryTest::fail);
    tape.channel().advanceTimeBy(1, java.util.concurrent.TimeUnit.DAYS);
    tape.channel().runScheduledPendingTasks();
    tape.atEachLookAtTheClock(() -> {});
    assertEndedAndSaid();
  }

  @Test
  void whereTheDeadlinesOfRequestsCannotBeJudged() {
    tape.session().requestAsync("", new byte[0], Duration.ofSeconds(1));
    tape.channel().runPendingTasks();
    tape.atEachLookAtTheClock(NoMemoryTest::fail);
    tape.channel().advanceTimeBy(2, java.util.concurrent.TimeUnit.SECONDS);
    tape.channel().runScheduledPendingTasks();
    tape.atEachLookAtTheClock(() -> {});
    assertEndedAndSaid();
  }

  @Test
  void whereItCannotEvenBeSaidAtFirst() {
    AtomicInteger tries = new AtomicInteger();
    tape.listen(event -> {
      if (tries.incrementAndGet() < 4) {
        fail();
      }
      events.add(event);
    });
    inHandler = NoMemoryTest::fail;
    tape.receive(FrameHeader.REQUEST, 1); // nothing is thrown up to the channel: see below
    assertEndedAndSaid();
  }

  /** Netty would hand the read to the handlers once more, and its buffer would be freed twice. */
  @Test
  void nothingIsThrownFromWhatHandlesExceptions() {
    tape.listen(event -> fail());
    tape.channel().pipeline().fireExceptionCaught(new OutOfMemoryError("thrown by the test"));
    tape.listen(events::add);
    tape.channel().checkException();
    assertEndedAndSaid();
  }

  @Test
  void whereItsEndFailsHalfWayAllAreToldAllTheSame() {
    AtomicReference<String> told = new AtomicReference<>("");
    tape.session()
        .requestAsync(
            "",
            new byte[0],
            new AnswerCallback() {
              @Override
              public void onAnswer(byte[] body) {}

              @Override
              public void onFailure(io.wirelace.error.Fault fault) {
                told.set(fault.toString());
              }
            });
    AtomicInteger tries = new AtomicInteger();
    tape.listen(event -> {
      if (event instanceof Event.Dropped && tries.incrementAndGet() < 3) {
        fail();
      }
      events.add(event);
    });
    tape.takesMore(false);
    assertThat(tape.session().trySend("", new byte[10]).accepted()).isTrue();
    tape.channel().close(); // what waits is dropped, and said
    tape.channel().runPendingTasks();
    assertThat(tries.get()).isPositive();
    assertThat(tape.session().state()).isEqualTo(SessionState.CLOSED);
    assertThat(told.get()).isNotEmpty();
    assertThat(why.get()).isNotNull();
    assertThat(events).filteredOn(event -> event instanceof Event.Closed).hasSize(1);
  }
}
