package io.wirelace.cli;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.wirelace.error.PeerText;

/** The message of any line of the log, whoever writes it: one line, escaped. Made by Logback. */
public final class LogMessage extends ClassicConverter {
  @Override
  public String convert(ILoggingEvent event) {
    return PeerText.escaped(String.valueOf(event.getFormattedMessage()));
  }
}
