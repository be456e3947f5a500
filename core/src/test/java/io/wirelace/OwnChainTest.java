package io.wirelace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.wirelace.error.Fault;
import io.wirelace.transport.PeerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates under an intermediate, as the files of one side have them. */
class OwnChainTest extends TlsCase {
  private X509Bundle root;
  private X509Bundle middle;
  private X509Bundle leaf;

  @BeforeEach
  void makeChain() throws Exception {
    root =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=root")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    middle =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=middle")
            .setIsCertificateAuthority(true)
            .buildIssuedBy(root);
    leaf =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=leaf")
            .addSanDnsName("localhost")
            .addSanIpAddress("127.0.0.1")
            .addExtendedKeyUsageServerAuth()
            .addExtendedKeyUsageClientAuth()
            .buildIssuedBy(middle);
  }

  /** Options for a file with these certificates: l, m, r and s, a stranger's. */
  private String cert(String which) throws Exception {
    StringBuilder pem = new StringBuilder();
    for (int i = 0; i < which.length(); i++) {
      pem.append(
          switch (which.charAt(i)) {
            case 'l' -> leaf.getCertificatePEM();
            case 'm' -> middle.getCertificatePEM();
            case 'r' -> root.getCertificatePEM();
            default -> Files.readString(ca.file());
          });
    }
    return "cert="
        + write("cert-" + which, pem.toString())
        + "&key="
        + write("leaf.key", leaf.getPrivateKeyPEM());
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private String rootOption() throws IOException {
    return "ca=" + write("root.pem", root.getCertificatePEM());
  }

  private void serveWho(String options) {
    serve(
        options,
        builder ->
            builder.route(
                "who",
                (s, m) -> s.identity().map(PeerIdentity::label).orElse("nobody").getBytes(UTF_8)));
  }

  /** The server's list of CAs has the root's name only. */
  @ParameterizedTest
  @CsvSource({
    "boringssl, lm", "boringssl, ml", "boringssl, rml", "boringssl, smlr",
    "jdk, lm", "jdk, ml", "jdk, rml", "jdk, smlr",
  })
  void aClientShowsItsWholeChainInWhateverOrderItsFileHasIt(String provider, String file)
      throws Exception {
    serveWho(localhost.options() + "&client-auth=need&" + rootOption() + "&provider=" + provider);
    try (Client client = connect(cert(file) + "&provider=" + provider)) {
      assertThat(client.request("who", new byte[0])).asString(UTF_8).isEqualTo("CN=leaf");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "boringssl, ml",
    "boringssl, rml",
    "boringssl, smlr",
    "jdk, ml",
    "jdk, rml",
    "jdk, smlr",
  })
  void aServerShowsItsChainInOrderToo(String provider, String file) throws Exception {
    serve(cert(file) + "&provider=" + provider);
    try (Client client = Wirelace.connect(uri(rootOption() + "&provider=" + provider))) {
      assertEcho(client);
    }
  }

  @ByEachProvider
  void aClientWithoutItsIntermediateIsToldSoByTheServer(String provider) throws Exception {
    serve(localhost.options() + "&client-auth=need&" + rootOption() + "&provider=" + provider);
    Fault fault = refusal(uri(ca.option() + "&" + cert("l") + "&provider=" + provider));
    assertThat(fault.number()).isEqualTo(-607);
    assertThat(failure().message())
        .contains("CN=leaf is issued by CN=middle")
        .contains("all intermediate certificates in the peer's cert file");
  }

  @ByEachProvider
  void aClientOfAnotherCaIsToldOfItsCertificateAndNotThatItHasNone(String provider)
      throws Exception {
    serve(localhost.options() + "&client-auth=need&" + rootOption() + "&provider=" + provider);
    Fault fault =
        refusal(
            uri(ca.option() + "&" + ca.issue("eve", b -> b).options() + "&provider=" + provider));
    assertThat(fault.number()).isEqualTo(-607);
    assertThat(fault.message()).contains("our certificate");
    assertThat(failure().message()).contains("CN=eve");
  }
}
