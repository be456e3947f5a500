package io.wirelace.cli;

import io.wirelace.error.PeerText;
import io.wirelace.security.Credential;
import io.wirelace.security.Pins;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a person wants to know of a certificate, at a moment. */
record CertificateText(X509Certificate certificate, Instant now) {
  private static final int NOT_A_CA = -1;

  private String subject() {
    return certificate.getSubjectX500Principal().getName();
  }

  private String issuer() {
    return certificate.getIssuerX500Principal().getName();
  }

  private long daysLeft() {
    return Math.floorDiv(
        Duration.between(now, certificate.getNotAfter().toInstant()).toSeconds(),
        Duration.ofDays(1).toSeconds());
  }

  private String validity() {
    if (now.isBefore(certificate.getNotBefore().toInstant())) {
      return "not valid yet";
    }
    return daysLeft() < 0 ? "EXPIRED" : daysLeft() + " days left";
  }

  private String key() {
    return switch (certificate.getPublicKey()) {
      case ECKey ec -> "EC " + ec.getParams().getOrder().bitLength() + " bits";
      case RSAKey rsa -> "RSA " + rsa.getModulus().bitLength() + " bits";
      default -> certificate.getPublicKey().getAlgorithm();
    };
  }

  private boolean isCa() {
    return certificate.getBasicConstraints() != NOT_A_CA;
  }

  String lines() {
    List<String> names = Credential.names(certificate);
    return Stream.of(
            "  subject     " + subject() + (isCa() ? " (a CA)" : ""),
            "  issuer      " + (subject().equals(issuer()) ? "itself" : issuer()),
            "  names       " + (names.isEmpty() ? "none" : String.join(", ", names)),
            "  valid       "
                + certificate.getNotBefore().toInstant()
                + " to "
                + certificate.getNotAfter().toInstant()
                + ", "
                + validity(),
            "  key         " + key(),
            "  pin         " + Pins.of(certificate))
        .map(PeerText::escaped) // a server that was only looked at may have written it
        .collect(Collectors.joining(System.lineSeparator()));
  }

  JsonLine json() {
    return new JsonLine()
        .put("subject", subject())
        .put("issuer", issuer())
        .put("names", String.join(",", Credential.names(certificate)))
        .put("ca", isCa())
        .put("not_before", certificate.getNotBefore().toInstant().toString())
        .put("not_after", certificate.getNotAfter().toInstant().toString())
        .put("days_left", daysLeft())
        .put("key", key())
        .put("pin", Pins.of(certificate));
  }
}
