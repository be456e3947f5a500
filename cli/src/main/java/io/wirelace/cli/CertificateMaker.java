package io.wirelace.cli;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates for development: P-256 keys, SHA-256, as RFC 5280 wants them. Any thread. */
final class CertificateMaker {
  private static final int SERIAL_BITS = 127; // RFC 5280 4.1.2.2: positive, at most 20 octets

  /** Clocks differ. */
  private static final Duration BACKDATED = Duration.ofHours(1);

  private final SecureRandom random = new SecureRandom();
  private final Clock clock;

  CertificateMaker(Clock clock) {
    this.clock = clock;
  }

  /** A certificate and its key. */
  record Made(X509Certificate certificate, PrivateKey key) {}

  /** Who gets a certificate. */
  record Subject(String name, List<String> alternatives, boolean server, boolean client) {}

  /** A CA that signs itself, and may sign leaves only. */
  Made ca(String name, Duration validity) {
    try {
      KeyPair keys = keys();
      X500Principal principal = principal(name);
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              principal, serial(), start(), end(validity), principal, keys.getPublic());
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          extensions.createSubjectKeyIdentifier(keys.getPublic()));
      return new Made(sign(builder, keys.getPrivate()), keys.getPrivate());
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException("a CA cannot be made here", e);
    }
  }

  /** A leaf that the CA signs. */
  Made leaf(Made ca, Subject subject, Duration validity) {
    try {
      KeyPair keys = keys();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              ca.certificate,
              serial(),
              start(),
              end(validity),
              principal(subject.name),
              keys.getPublic());
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(Extension.extendedKeyUsage, false, purposes(subject));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          extensions.createAuthorityKeyIdentifier(ca.certificate));
      if (!subject.alternatives.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                subject.alternatives.stream()
                    .map(CertificateMaker::name)
                    .toArray(GeneralName[]::new)));
      }
      return new Made(sign(builder, ca.key), keys.getPrivate());
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException("a certificate cannot be made here", e);
    }
  }

  private static ExtendedKeyUsage purposes(Subject subject) {
    List<KeyPurposeId> both = List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);
    return new ExtendedKeyUsage(
        both.subList(subject.server ? 0 : 1, subject.client ? 2 : 1).toArray(KeyPurposeId[]::new));
  }

  /** An address is a name of its own kind; a client compares it as that. */
  private static GeneralName name(String text) {
    boolean isAddress = text.indexOf(':') >= 0 || text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    return new GeneralName(isAddress ? GeneralName.iPAddress : GeneralName.dNSName, text);
  }

  private KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private static X500Principal principal(String name) throws IOException {
    return new X500Principal(
        new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build().getEncoded());
  }

  private BigInteger serial() {
    return new BigInteger(SERIAL_BITS, random).setBit(0);
  }

  private Date start() {
    return Date.from(Instant.now(clock).minus(BACKDATED));
  }

  private Date end(Duration validity) {
    return Date.from(Instant.now(clock).plus(validity));
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
  }
}
