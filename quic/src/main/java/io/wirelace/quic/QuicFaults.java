package io.wirelace.quic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClosedChannelException;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.security.TlsFaults;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/**
 * Codes on a QUIC connection, both ways. An application error is the code of the registry without
 * its sign (605 for -605), and 0 for an ordinary end; a TLS alert is -607, but for the one that
 * says that the peer does not speak {@code lace/1}, -606.
 */
final class QuicFaults {
  private static final int MOST_REASON_BYTES = 200;
  private static final int MOST_CODE = 9999;

  /** Of TLS, as a QUIC error (RFC 7301, section 3.2; RFC 9001, section 4.8). */
  static final int NO_APPLICATION_PROTOCOL = 0x100 + 120;

  private static final int NO_ERROR = 0; // RFC 9000, section 20.1
  static final int CONNECTION_REFUSED = 2;
  private static final int APPLICATION_ERROR = 12; // an application's close before its time

  private QuicFaults() {}

  /** The application error that stands for a fault. */
  static int code(Fault fault) {
    return fault.is(ErrorCode.CONNECTION_CLOSED) ? 0 : Math.abs(fault.number());
  }

  /** The words that go with it, cut so that they fit a packet. */
  static byte[] reason(Fault fault) {
    byte[] text = fault.is(ErrorCode.CONNECTION_CLOSED) ? new byte[0] : bytes(fault.message());
    if (text.length <= MOST_REASON_BYTES) {
      return text;
    }
    int end = MOST_REASON_BYTES;
    while ((text[end] & 0xC0) == 0x80) {
      end--; // not within a letter
    }
    return java.util.Arrays.copyOf(text, end);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** An ordinary end. */
  static Fault closed() {
    return Fault.of(ErrorCode.CONNECTION_CLOSED, "closed");
  }

  /** The connection ended without a word before there was a session. */
  static Fault lost() {
    return Fault.of(ErrorCode.HANDSHAKE_FAILED, "the QUIC connection ended before its session");
  }

  /** What the peer's close says. */
  static Fault told(QuicConnectionCloseEvent close) {
    String words = words(close);
    int error = close.error();
    if (close.isApplicationClose()) {
      return error == 0 || error > MOST_CODE
          ? Fault.of(
              ErrorCode.CONNECTION_CLOSED,
              "the peer closed the connection" + (error == 0 ? "" : " with " + error) + words)
          : new Fault(-error, "the peer said" + words, false, Duration.ZERO, null);
    }
    if (close.isTlsError()) {
      return alert(QuicConnectionCloseEvent.extractTlsError(error), words);
    }
    return switch (error) {
      case NO_ERROR ->
          Fault.of(ErrorCode.CONNECTION_CLOSED, "the peer closed the connection" + words);
      case CONNECTION_REFUSED ->
          Fault.of(ErrorCode.CONNECTION_REFUSED, "the peer refused the connection" + words);
      case APPLICATION_ERROR ->
          Fault.of(ErrorCode.HANDSHAKE_FAILED, "the peer gave up the handshake" + words);
      default ->
          Fault.of(
              ErrorCode.PROTOCOL_ERROR,
              String.format("the peer closed with QUIC error 0x%x%s", error, words));
    };
  }

  private static String words(QuicConnectionCloseEvent close) {
    // Without words, reason() fails where it should be empty, and only toString() tells.
    if (close.toString().endsWith("reason=null}") || close.reason().length == 0) {
      return "";
    }
    return ": " + new String(close.reason(), UTF_8);
  }

  private static Fault alert(int alert, String words) {
    return 0x100 + alert == NO_APPLICATION_PROTOCOL
        ? Fault.of(
            ErrorCode.UNSUPPORTED_VERSION,
            "the peer does not speak " + QuicTransport.ALPN + " (no_application_protocol)" + words)
        : Fault.of(ErrorCode.TLS_FAILED, "the peer refused TLS with alert " + alert + words);
  }

  /** What an exception on a connection means. */
  static Fault of(Throwable cause) {
    return switch (cause) {
      case WirelaceException ours -> ours.fault();
      case SSLException tls -> TlsFaults.of(tls);
      case QuicStreamResetException reset -> reset(reset);
      case QuicException quic -> Fault.of(ErrorCode.PROTOCOL_ERROR, text(quic), quic);
      case java.io.IOException io -> Fault.of(ErrorCode.CONNECTION_CLOSED, text(io), io);
      case ChannelException io -> Fault.of(ErrorCode.CONNECTION_CLOSED, text(io), io);
      default -> Fault.of(ErrorCode.INTERNAL_ERROR, cause.toString(), cause);
    };
  }

  /** A peer that closes with much under way resets its streams first, with the same code. */
  private static Fault reset(QuicStreamResetException reset) {
    long error = reset.applicationProtocolCode();
    String text = "the peer reset the first stream with " + error;
    return error <= 0 || error > MOST_CODE
        ? Fault.of(ErrorCode.CONNECTION_CLOSED, text, reset)
        : new Fault((int) -error, text, false, Duration.ZERO, reset);
  }

  /** Whether an exception concerns one stream and not the connection. */
  static boolean isStreamsOwn(Throwable cause) {
    return cause instanceof QuicStreamResetException
        || cause instanceof ChannelOutputShutdownException
        || cause instanceof ClosedChannelException;
  }

  /**
   * Why a handshake failed, for a client; the cause itself where it is for the one place that names
   * the failures of connects.
   */
  static Throwable connecting(Throwable cause) {

    if (cause instanceof QuicClosedChannelException closed) {
      QuicConnectionCloseEvent event = closed.event();
      return (event == null ? lost() : told(event)).toException();
    }
    if (cause instanceof SSLException tls) {
      return TlsFaults.of(tls).toException();
    }
    if (cause instanceof QuicException quic) {
      boolean version = text(quic).contains("UNKNOWN_VERSION");
      return Fault.of(
              version ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.HANDSHAKE_FAILED,
              version ? "the server does not speak QUIC version 1" : text(quic),
              quic)
          .toException();
    }
    return cause;
  }

  /** The way there and back, in nanoseconds, as the connection has measured it. */
  static long rttNs(QuicChannel channel) {
    QuicConnectionPathStats stats = channel.collectPathStats(0).getNow();
    return stats == null ? 0 : stats.rtt();
  }

  private static String text(Throwable thrown) {
    String message = thrown.getMessage();
    return message == null ? thrown.toString() : message;
  }
}
