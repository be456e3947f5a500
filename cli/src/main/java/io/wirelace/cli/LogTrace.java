package io.wirelace.cli;

import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;

/** The stack trace of a line of the log, by {@link StackText}. Made by Logback. */
public final class LogTrace extends ThrowableHandlingConverter {
  @Override
  public String convert(ILoggingEvent event) {
    return event.getThrowableProxy() instanceof ThrowableProxy proxy
        ? StackText.of(proxy.getThrowable())
        : "";
  }
}
