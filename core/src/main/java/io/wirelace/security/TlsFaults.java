package io.wirelace.security;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What a failure of TLS means, in words for a person; the one place where it gets its code. */
public final class TlsFaults {
  static final String WRONG_PIN = "the peer's key is not pinned: ";
  static final String WRONG_HOST = "the certificate is for another host: ";

  /** What plaintext on a TLS port, or the other way, is told. */
  public static final String NOT_TLS =
      "the peer does not speak TLS here (expected tls:// on both sides, or tcp:// on both)";

  /** How the JDK begins to say that a certificate is for others. */
  private static final List<String> HOST_MESSAGES =
      List.of("No subject alternative", "No name matching", "Illegal given domain name");

  /** Parts of what the two providers say, and what it means; the first that fits counts. */
  private record Saying(String part, String meaning) {}

  private static final List<Saying> SAYINGS =
      List.of(
          new Saying("EMPTY_CLIENT_CERTIFICATE", "the client has no certificate (client-auth)"),
          new Saying("CERTIFICATE_REQUIRED", "the peer wants a client certificate (cert and key)"),
          new Saying(
              "PEER_DID_NOT_RETURN_A_CERTIFICATE", "the client has no certificate (client-auth)"),
          new Saying("EMPTY_SERVER_CERTIFICATE", "the server has no certificate"),
          new Saying("ALERT_CERTIFICATE_EXPIRED", "the peer says our certificate has expired"),
          new Saying("ALERT:_CERTIFICATE_EXPIRED", "the peer says our certificate has expired"),
          new Saying("CERTIFICATE_REVOKED", "the peer says our certificate is revoked"),
          new Saying(
              "UNKNOWN_CA",
              "the peer does not know the CA of our certificate (if it knows the CA, cert lacks the"
                  + " intermediate certificates between)"),
          new Saying(
              "UNSUPPORTED_CERTIFICATE", "the peer says our certificate is for another purpose"),
          new Saying("CERTIFICATE_UNKNOWN", "the peer does not accept our certificate"),
          new Saying("BAD_CERTIFICATE", "the peer does not accept our certificate"),
          new Saying("ALERT_PROTOCOL_VERSION", "the peer speaks no version of TLS that we do"),
          new Saying("PROTOCOL_VERSION", "the peer speaks no version of TLS that we do"),
          new Saying("UNSUPPORTED_PROTOCOL", "the peer speaks no version of TLS that we do"),
          new Saying("NO_PROTOCOLS_AVAILABLE", "the peer speaks no version of TLS that we do"),
          new Saying("PROTOCOLVERSION", "the peer speaks no version of TLS that we do"),
          new Saying("REQUESTED_PROTOCOL", "the peer speaks no version of TLS that we do"),
          new Saying("CLIENT_REQUESTED_PROTOCOL", "the peer speaks no version of TLS that we do"),
          new Saying("NO_SHARED_CIPHER", "there is no cipher suite that both sides have"),
          new Saying("NO_CIPHER_SUITES_IN_COMMON", "there is no cipher suite that both sides have"),
          new Saying("HANDSHAKE_FAILURE", "there is nothing that both sides would agree on"),
          new Saying("INSUFFICIENT_SECURITY", "what this side offers is too weak for the peer"),
          new Saying("WRONG_VERSION_NUMBER", NOT_TLS),
          new Saying("HTTP_REQUEST", NOT_TLS));

  private TlsFaults() {}

  /**
   * What a failed handshake, or a failure of TLS later on, is called: -607 and a sentence; or -603,
   * which may be tried again, if it was the connection below that was lost.
   */
  public static Fault of(Throwable thrown) {
    if (thrown instanceof WirelaceException ours) {
      return ours.fault();
    }
    return isLost(thrown)
        ? Fault.of(ErrorCode.CONNECTION_CLOSED, lost(thrown), thrown)
        : Fault.of(ErrorCode.TLS_FAILED, text(thrown), thrown);
  }

  /** Whether it is the network's, and not said by TLS, which has exceptions of its own. */
  private static boolean isLost(Throwable thrown) {
    return thrown instanceof IOException
        && causes(thrown).noneMatch(SSLException.class::isInstance);
  }

  private static String lost(Throwable thrown) {
    String how = thrown instanceof ClosedChannelException ? "closed" : root(thrown);
    return "the connection was lost before TLS had shaken hands: " + how;
  }

  /** Whether it is about TLS, and not about the connection below it. */
  public static boolean isTls(Throwable thrown) {
    return thrown instanceof SSLException
        || (thrown instanceof DecoderException && thrown.getCause() instanceof SSLException);
  }

  private static String text(Throwable thrown) {
    // What an exception is says more than its words, wherever in the chain it stands; our own most.
    return causes(thrown)
        .filter(Untrusted.class::isInstance)
        .findFirst()
        .map(ours -> String.valueOf(ours.getMessage()))
        .or(() -> causes(thrown).map(TlsFaults::meaning).flatMap(Optional::stream).findFirst())
        .or(() ->
            causes(thrown)
                .map(cause -> saying(String.valueOf(cause.getMessage())))
                .flatMap(Optional::stream)
                .findFirst())
        .orElseGet(() -> "TLS failed: " + root(thrown));
  }

  /** From the innermost to the outermost. */
  private static Stream<Throwable> causes(Throwable thrown) {
    ArrayDeque<Throwable> causes = new ArrayDeque<>();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      causes.addFirst(cause);
    }
    return causes.stream();
  }

  private static Optional<String> meaning(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return Optional.ofNullable(
        switch (cause) {
          case NotSslRecordException e -> NOT_TLS;
          case SslHandshakeTimeoutException e ->
              "the TLS handshake was not done in time (handshake-timeout)";
          case CertificateExpiredException e -> "the peer's certificate has expired: " + message;
          case CertificateNotYetValidException e ->
              "the peer's certificate is not valid yet: " + message;
          case CertPathBuilderException e ->
              "the peer's certificate is of a CA that is not trusted (ca)";
          case CertPathValidatorException e ->
              "the peer's certificate is of a CA that is not trusted (ca): " + message;
          default -> words(message);
        });
  }

  private static @Nullable String words(String message) {
    int pin = message.indexOf(WRONG_PIN);
    if (pin >= 0) {
      return message.substring(pin);
    }
    for (String start : HOST_MESSAGES) {
      int host = message.indexOf(start);
      if (host >= 0) {
        return WRONG_HOST + message.substring(host);
      }
    }
    return null;
  }

  private static Optional<String> saying(String message) {
    String said = message.toUpperCase(Locale.ROOT).replace(' ', '_');
    return SAYINGS.stream()
        .filter(saying -> said.contains(saying.part))
        .findFirst()
        .map(saying -> saying.meaning + ": " + message);
  }

  static boolean isWrongHost(Throwable thrown) {
    String message = String.valueOf(thrown.getMessage());
    return HOST_MESSAGES.stream().anyMatch(message::contains);
  }

  private static String root(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }
}
