package io.wirelace.security;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import io.wirelace.certificates.TestCrl;
import io.wirelace.error.WirelaceException;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in {@code ca} is held to what it says of itself, as every other certificate is. */
class AnchorTrustTest {
  private final Instant now = Instant.now();

  private static CertificateBuilder named(String name) {
    return new CertificateBuilder().ecp256().subject("CN=" + name);
  }

  private static X509Bundle ca() throws Exception {
    return named("ca").setIsCertificateAuthority(true).buildSelfSigned();
  }

  private static X509Bundle ca(UnaryOperator<CertificateBuilder> how) throws Exception {
    return how.apply(named("ca").setIsCertificateAuthority(true)).buildSelfSigned();
  }

  private static X509Bundle leaf(X509Bundle issuer) throws Exception {
    return named("leaf").addSanDnsName("x.a.example").buildIssuedBy(issuer);
  }

  private UnaryOperator<CertificateBuilder> days(int from, int to) {
    return builder ->
        builder.notBefore(now.plus(Duration.ofDays(from))).notAfter(now.plus(Duration.ofDays(to)));
  }

  private static X509Certificate[] chain(X509Bundle... shown) {
    return Arrays.stream(shown).map(X509Bundle::getCertificate).toArray(X509Certificate[]::new);
  }

  private static Trust trust(List<byte[]> lists, X509Bundle... cas) {
    List<X509CRL> all = new ArrayList<>();
    lists.forEach(der -> all.addAll(Pem.revocationLists("crl", "a.crl", der)));
    return Trust.of(List.of(chain(cas)), new Pins(List.of()), new RevocationLists(all), false);
  }

  private static Trust trust(X509Bundle... cas) {
    return trust(List.of(), cas);
  }

  private static void assertTrusted(Trust trust, X509Bundle... shown) {
    assertThatCode(() -> trust.checkServerTrusted(chain(shown), "ECDHE_ECDSA"))
        .doesNotThrowAnyException();
  }

  private static void assertRefused(
      Trust trust, Untrusted.Why why, String words, X509Bundle... shown) {
    assertThatThrownBy(() -> trust.checkServerTrusted(chain(shown), "ECDHE_ECDSA"))
        .isInstanceOfSatisfying(
            Untrusted.class,
            e -> {
              assertThat(e.why()).as(e.getMessage()).isEqualTo(why);
              assertThat(TlsFaults.of(e).message()).isEqualTo(e.getMessage()).contains(words);
            });
  }

  @Test
  void aSelfSignedCertificateInCaIsTrusted() throws Exception {
    X509Bundle own = ca();
    assertTrusted(trust(own), own);
  }

  @Test
  void aSelfSignedCertificateInCaMustBeCurrent() throws Exception {
    X509Bundle past = ca(days(-20, -10));
    X509Bundle future = ca(days(10, 20));
    assertRefused(trust(past), Untrusted.Why.EXPIRED, "the peer's certificate has expired", past);
    assertRefused(trust(future), Untrusted.Why.NOT_YET_VALID, "is not valid yet", future);
  }

  @Test
  void aSelfSignedCertificateInCaMustBeForThePurpose() throws Exception {
    X509Bundle client = ca(CertificateBuilder::addExtendedKeyUsageClientAuth);
    assertRefused(trust(client), Untrusted.Why.OTHER_PURPOSE, "serverAuth", client);
    assertThatCode(() -> trust(client).checkClientTrusted(chain(client), "ECDHE_ECDSA"))
        .doesNotThrowAnyException();
    X509Bundle issuing = ca(builder -> builder.setKeyUsage(true, KeyUsage.keyCertSign));
    assertRefused(trust(issuing), Untrusted.Why.OTHER_PURPOSE, "digitalSignature", issuing);
  }

  @Test
  void aCaMustBeCurrent() throws Exception {
    X509Bundle past = ca(days(-20, -10));
    X509Bundle future = ca(days(10, 20));
    assertRefused(trust(past), Untrusted.Why.EXPIRED, "CN=ca, has expired", leaf(past));
    assertRefused(trust(past), Untrusted.Why.EXPIRED, "CN=ca, has expired", leaf(past), past);
    assertRefused(trust(future), Untrusted.Why.NOT_YET_VALID, "is not valid yet", leaf(future));
  }

  @Test
  void aRenewedCaWithTheSameKeyCountsWhereTheOldOneHasExpired() throws Exception {
    X509Bundle past = ca(days(-20, -10));
    X509Bundle renewed = // signed by the same key, which makes it self-signed
        named("ca")
            .setIsCertificateAuthority(true)
            .publicKey(past.getCertificate().getPublicKey())
            .buildIssuedBy(past);
    assertThat(renewed.getCertificate().getPublicKey())
        .isEqualTo(past.getCertificate().getPublicKey());
    assertTrusted(trust(past, renewed), leaf(past));
    assertTrusted(trust(renewed, past), leaf(past), past);
  }

  @Test
  void aCaOfTheSameNameWithAnotherKeyDoesNotCount() throws Exception {
    X509Bundle past = ca(days(-20, -10));
    assertThatThrownBy(() -> trust(past, ca()).checkServerTrusted(chain(leaf(past)), "ECDHE_ECDSA"))
        .isInstanceOf(Untrusted.class);
    assertRefused(trust(ca()), Untrusted.Why.UNKNOWN_CA, "another key", leaf(ca()));
  }

  @Test
  void aCaMustBeForIssuingAndForThePurpose() throws Exception {
    X509Bundle signing = ca(builder -> builder.setKeyUsage(true, KeyUsage.digitalSignature));
    assertRefused(trust(signing), Untrusted.Why.OTHER_PURPOSE, "keyCertSign", leaf(signing));
    X509Bundle mail = ca(CertificateBuilder::addExtendedKeyUsageEmailProtection);
    assertRefused(trust(mail), Untrusted.Why.OTHER_PURPOSE, "serverAuth", leaf(mail));
    X509Bundle root = ca();
    X509Bundle between =
        named("between")
            .setIsCertificateAuthority(true)
            .addExtendedKeyUsageClientAuth()
            .buildIssuedBy(root);
    assertRefused(trust(root), Untrusted.Why.OTHER_PURPOSE, "CN=between", leaf(between), between);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.example", "b.example"})
  void theNameConstraintsOfACaHold(String allowed) throws Exception {
    // NameConstraints { permittedSubtrees [0] { GeneralSubtree { dNSName [2] } } }
    String name = HexFormat.of().formatHex(allowed.getBytes(US_ASCII));
    byte[] constraints = HexFormat.of().parseHex("300fa00d300b8209" + name);
    X509Bundle limited =
        ca(builder -> builder.addExtensionOctetString("2.5.29.30", true, constraints));
    if (allowed.equals("a.example")) {
      assertTrusted(trust(limited), leaf(limited));
    } else {
      assertRefused(trust(limited), Untrusted.Why.REJECTED, "name constraints", leaf(limited));
    }
  }

  @Test
  void thePathLengthOfACaHolds() throws Exception {
    X509Bundle root = ca(builder -> builder.setPathLengthConstraint(OptionalInt.of(0)));
    X509Bundle between = named("between").setIsCertificateAuthority(true).buildIssuedBy(root);
    assertTrusted(trust(root), leaf(root));
    assertRefused(trust(root), Untrusted.Why.REJECTED, "pathlen", leaf(between), between);
    X509Bundle longer = ca(builder -> builder.setPathLengthConstraint(OptionalInt.of(1)));
    X509Bundle under = named("between").setIsCertificateAuthority(true).buildIssuedBy(longer);
    assertTrusted(trust(longer), leaf(under), under);
  }

  @Test
  void theMissingIntermediateIsNamed() throws Exception {
    X509Bundle root = ca();
    X509Bundle between = named("between").setIsCertificateAuthority(true).buildIssuedBy(root);
    assertTrusted(trust(root), leaf(between), between);
    assertTrusted(trust(root), leaf(between), root, between); // in any order
    assertRefused(
        trust(root),
        Untrusted.Why.UNKNOWN_CA,
        "CN=leaf is issued by CN=between, whose certificate is not in ca, and the peer did not"
            + " show",
        leaf(between));
    X509Bundle stranger = named("stranger").setIsCertificateAuthority(true).buildSelfSigned();
    assertRefused(trust(root), Untrusted.Why.UNKNOWN_CA, "CN=stranger signs itself", stranger);
  }

  // ---- revocation ----

  private byte[] list(X509Bundle ca, int days, X509Bundle... revoked) {
    return TestCrl.der(ca, now.plus(Duration.ofDays(days)), List.of(revoked));
  }

  @Test
  void whoIsInTheListOfItsCaIsRefused() throws Exception {
    X509Bundle root = ca();
    X509Bundle bad = leaf(root);
    Trust trust = trust(List.of(list(root, 5, bad)), root);
    assertRefused(trust, Untrusted.Why.REVOKED, "CN=leaf was revoked on", bad);
    assertTrusted(trust, leaf(root));
  }

  @Test
  void anIntermediateThatIsRevokedIsRefused() throws Exception {
    X509Bundle root = ca();
    X509Bundle between = named("between").setIsCertificateAuthority(true).buildIssuedBy(root);
    X509Bundle leaf = leaf(between);
    Trust trust = trust(List.of(list(root, 5, between), list(between, 5)), root);
    assertRefused(trust, Untrusted.Why.REVOKED, "CN=between was revoked", leaf, between);
    Trust withoutList = trust(List.of(list(root, 5)), root);
    assertRefused(
        withoutList, Untrusted.Why.REJECTED, "the list of CN=between is not in crl", leaf, between);
    assertTrusted(trust(List.of(list(root, 5), list(between, 5)), root), leaf, between);
  }

  @Test
  void aListThatHasRunOutTrustsNobodyAndStillRevokes() throws Exception {
    X509Bundle root = ca();
    X509Bundle bad = leaf(root);
    Trust trust = trust(List.of(list(root, -1, bad)), root);
    assertRefused(trust, Untrusted.Why.REVOKED, "was revoked", bad);
    assertRefused(trust, Untrusted.Why.REJECTED, "has run out", leaf(root));
  }

  @Test
  void aListThatAnotherHasSignedDoesNotCount() throws Exception {
    X509Bundle root = ca();
    Trust trust = trust(List.of(list(ca(), 5)), root);
    assertRefused(trust, Untrusted.Why.REJECTED, "is not in crl", leaf(root));
  }

  @Test
  void aTrustedCertificateItselfNeedsNoListAndMayBeInOne() throws Exception {
    X509Bundle root = ca();
    X509Bundle one = leaf(root);
    X509Bundle other = leaf(root);
    Trust trust = trust(List.of(list(root, 5, one)), root, one, other);
    assertTrusted(trust, other);
    assertRefused(trust, Untrusted.Why.REVOKED, "was revoked", one);
  }

  @Test
  void listsArePemOrDerAndWhole() throws Exception {
    X509Bundle root = ca();
    byte[] der = list(root, 5);
    String pem = TestCrl.pem(der) + TestCrl.pem(list(root, 6));
    assertThat(Pem.revocationLists("crl", "a", der)).hasSize(1);
    assertThat(Pem.revocationLists("crl", "a", pem.getBytes(US_ASCII))).hasSize(2);
    assertThatThrownBy(() -> trust(List.of(TestCrl.delta(root, now.plusSeconds(999))), root))
        .isInstanceOf(WirelaceException.class)
        .hasMessageContaining("complete list");
    for (byte[] damaged :
        List.of(
            new byte[0], new byte[] {0x30, 5, 1}, root.getCertificatePEM().getBytes(US_ASCII))) {
      assertThatThrownBy(() -> Pem.revocationLists("crl", "a", damaged))
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(-664));
    }
  }

  @Test
  void theJdksCasAreTrustedWhereNoneAreGiven() throws CertificateException {
    assertThat(trust().getAcceptedIssuers()).isNotEmpty();
  }
}
