package io.wirelace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.read.ListAppender;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.metrics.Drop;
import io.wirelace.metrics.Event;
import io.wirelace.metrics.SessionId;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private static final SessionId SESSION = new SessionId("5");

  private final Queue<Runnable> afterASecond = new ArrayDeque<>();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final EventLog log = log();

  private EventLog log() {
    LoggerContext context = new LoggerContext();
    Logger logger = context.getLogger("lace");
    logger.setLevel(Level.INFO);
    lines.start();
    logger.addAppender(lines);
    return new EventLog(logger, afterASecond::add);
  }

  private List<String> told() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private void aSecondPasses() {
    for (Runnable task = afterASecond.poll(); task != null; task = afterASecond.poll()) {
      task.run();
    }
  }

  private static Event denied(int peer) {
    return new Event.Denied("peer " + peer, Fault.of(ErrorCode.CONNECTION_LIMIT, "full"));
  }

  @Test
  void aFloodOfEventsIsToldByItsFirstAndTheirNumber() {
    for (int i = 0; i < 1000; i++) {
      log.onEvent(denied(i));
    }
    assertThat(told()).containsExactly("turned away peer 0: -609 connection_limit: full");

    aSecondPasses();

    assertThat(told())
        .hasSize(2)
        .last()
        .asString()
        .startsWith("999 more like it within a second, the last: turned away peer 999");
  }

  @Test
  void afterAQuietSecondTheNextIsToldAtOnce() {
    log.onEvent(denied(1));
    aSecondPasses();
    log.onEvent(denied(2));

    assertThat(told()).hasSize(2).last().asString().contains("peer 2");
  }

  @Test
  void kindsDoNotHideEachOther() {
    log.onEvent(denied(1));
    log.onEvent(new Event.HandlerFailed(SESSION, "", new IllegalStateException("no")));

    assertThat(told())
        .last()
        .asString()
        .isEqualTo("the handler of the default route failed: java.lang.IllegalStateException: no");
  }

  @Test
  void aCancelThatCrossesAnAnswerIsNotTold() {
    log.onEvent(new Event.Dropped(SESSION, Drop.UNKNOWN_ID, 1, "CANCEL of request 1"));
    log.onEvent(new Event.Dropped(SESSION, Drop.NO_ROUTE, 1, "route x"));

    assertThat(told()).containsExactly("dropped 1 of session 5: NO_ROUTE, route x");
  }

  private static final String EVIL = "x\n12:00 ERROR FORGED \u001b[31m\r";

  @Test
  void aPeerWritesNoLineOfItsOwn() {
    Fault fault = Fault.of(ErrorCode.PROTOCOL_ERROR, EVIL);
    log.onEvent(new Event.Dropped(SESSION, Drop.NO_ROUTE, 1, "route " + EVIL));
    log.onEvent(new Event.PeerError(SESSION, fault));
    log.onEvent(new Event.GoingAway(SESSION, fault));
    log.onEvent(new Event.HandlerFailed(SESSION, EVIL, new IllegalStateException(EVIL)));
    log.onEvent(new Event.Denied(EVIL, fault));
    log.onEvent(new Event.Listening(EVIL, "nio"));

    assertThat(told())
        .hasSize(6)
        .allSatisfy(line -> assertThat(line).contains("\\u001b").doesNotContain("\n", "\u001b"));
  }

  @Test
  void whatAPeerSaysInMassesIsOneShortLineASecond() {
    Fault fault = Fault.of(ErrorCode.GOING_AWAY, "x".repeat(1 << 20));
    for (int i = 0; i < 1000; i++) {
      log.onEvent(new Event.GoingAway(SESSION, fault));
      log.onEvent(new Event.PeerError(SESSION, fault));
      log.onEvent(new Event.CertificatesRejected("tls://a:1", fault));
    }
    assertThat(told()).hasSize(3);

    aSecondPasses();

    assertThat(told())
        .hasSize(6)
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(2200).doesNotContain("\n"));
    assertThat(lines.list.getFirst().getLevel()).isEqualTo(Level.INFO);
    assertThat(lines.list.get(2).getLevel()).isEqualTo(Level.ERROR);
  }

  @Test
  void theProgramsLogEscapesWhatOthersWriteToo() throws Exception {
    LoggerContext context = new LoggerContext();
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(EventLog.class.getResource("/logback.xml"));
    ConsoleAppender<ILoggingEvent> stderr =
        (ConsoleAppender<ILoggingEvent>) context.getLogger("ROOT").getAppender("stderr");
    Exception failure = new IllegalStateException(EVIL, new IllegalArgumentException(EVIL));
    LoggingEvent event =
        new LoggingEvent(
            "", context.getLogger("io.netty"), Level.WARN, "of " + EVIL, failure, new Object[0]);

    String text = new String(stderr.getEncoder().encode(event), UTF_8);

    assertThat(text).contains("WARN  of x\\n12:00").contains("IllegalStateException: x\\n");
    assertThat(text).contains("\tat " + EventLogTest.class.getName()).contains("Caused by: ");
    assertThat(text).doesNotContain("\n12:00", "\u001b", "\r1");
    context.stop();
  }
}
