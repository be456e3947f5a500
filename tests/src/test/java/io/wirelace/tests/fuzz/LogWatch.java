package io.wirelace.tests.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * Makes a finding of each error that is logged, and of each warning of Netty's: nothing that the
 * fuzz does is a reason for one.
 */
final class LogWatch extends AppenderBase<ILoggingEvent> {
  private final Findings findings;
  private final Logger root;

  private LogWatch(Findings findings, Logger root) {
    this.findings = findings;
    this.root = root;
  }

  /** Watches until it is closed. */
  static LogWatch start(Findings findings) {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    LogWatch watch = new LogWatch(findings, root);
    watch.setContext(root.getLoggerContext());
    watch.start();
    root.addAppender(watch);
    return watch;
  }

  @Override
  protected void append(ILoggingEvent event) {
    boolean bad =
        event.getLevel().isGreaterOrEqual(Level.ERROR)
            || (event.getLoggerName().startsWith("io.netty")
                && event.getLevel().isGreaterOrEqual(Level.WARN));
    if (bad) {
      findings.add(
          "logged: "
              + event.getFormattedMessage()
              + (event.getThrowableProxy() == null
                  ? ""
                  : ": "
                      + event.getThrowableProxy().getClassName()
                      + ": "
                      + event.getThrowableProxy().getMessage()));
    }
  }

  void close() {
    root.detachAppender(this);
    stop();
  }
}
