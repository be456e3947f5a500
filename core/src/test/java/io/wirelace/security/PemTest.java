package io.wirelace.security;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wirelace.config.TlsSettings;
import io.wirelace.error.WirelaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys and certificates as openssl writes them. */
class PemTest {
  @TempDir Path directory;

  @BeforeAll
  static void mustBeHere() {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/openssl")), "skipped, no openssl here");
  }

  private void openssl(String arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/openssl"));
    command.addAll(List.of(arguments.split(" ", -1)));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(directory.resolve("log"))).isZero();
  }

  private TlsSettings settings(String key) {
    return TlsSettings.DEFAULT
        .with("cert", directory.resolve("cert.pem"))
        .with("key", directory.resolve(key));
  }

  @ParameterizedTest
  @CsvSource({
    "rsa:2048, rsa -traditional, RSA PRIVATE KEY",
    "rsa:2048, pkcs8 -topk8 -nocrypt, BEGIN PRIVATE KEY",
    "ec -pkeyopt ec_paramgen_curve:P-256, ec, EC PRIVATE KEY",
    "ec -pkeyopt ec_paramgen_curve:P-384, ec, EC PRIVATE KEY",
    "ec -pkeyopt ec_paramgen_curve:P-256, pkcs8 -topk8 -nocrypt, BEGIN PRIVATE KEY",
    "ed25519, pkcs8 -topk8 -nocrypt, BEGIN PRIVATE KEY",
    "rsa:2048, pkcs8 -topk8 -passout pass:secret, ENCRYPTED",
    "ec -pkeyopt ec_paramgen_curve:P-256, pkcs8 -topk8 -v2 aes-128-cbc -passout pass:secret,"
        + " ENCRYPTED",
  })
  void everyFormOfAKeyIsRead(String algorithm, String form, String label) throws Exception {
    openssl(
        "req -x509 -nodes -days 2 -subj /CN=x -keyout plain.pem -out cert.pem -newkey "
            + algorithm);
    openssl(form + " -in plain.pem -out key.pem");
    assertThat(Files.readString(directory.resolve("key.pem"))).contains(label);
    TlsMaterial material = TlsMaterial.load(settings("key.pem").with("key-password", "secret"));
    assertThat(material.credentials()).hasSize(1);
  }

  @Test
  void anEncryptedKeyNeedsItsPassword() throws Exception {
    openssl(
        "req -x509 -nodes -days 2 -subj /CN=x -keyout plain.pem -out cert.pem -newkey rsa:2048");
    openssl("pkcs8 -topk8 -passout pass:secret -in plain.pem -out key.pem");
    assertThatThrownBy(() -> TlsMaterial.load(settings("key.pem")))
        .isInstanceOf(WirelaceException.class)
        .hasMessageContaining("expected key-password");
    assertThatThrownBy(() -> TlsMaterial.load(settings("key.pem").with("key-password", "other")))
        .isInstanceOf(WirelaceException.class)
        .hasMessageContaining("does not open it");
  }

  @ParameterizedTest
  @CsvSource({
    "MAA=",
    "MIL/////",
    "MHcCAQE=",
    "AAAA",
    "'*'",
  })
  void whatIsNoKeyIsRefusedInWords(String content) throws IOException {
    for (String label : List.of("PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY")) {
      byte[] text =
          "-----BEGIN %s-----\n%s\n-----END %s-----\n"
              .formatted(label, content, label)
              .getBytes(US_ASCII);
      assertThatThrownBy(() -> Pem.key("key", "a.pem", text, ""))
          .isInstanceOfSatisfying(
              WirelaceException.class,
              e -> {
                assertThat(e.fault().number()).isEqualTo(-664);
                assertThat(e.fault().message()).startsWith("key: a.pem: ");
              });
    }
  }

  @Test
  void wildcardsCoverOneLabel() throws Exception {
    openssl(
        "req -x509 -nodes -days 2 -subj /CN=x -keyout key.pem -out cert.pem -newkey ec"
            + " -pkeyopt ec_paramgen_curve:P-256 -addext"
            + " subjectAltName=DNS:*.a.example,DNS:b.example,IP:10.0.0.1");
    Credential credential = TlsMaterial.load(settings("key.pem")).credentials().getFirst();
    assertThat(credential.covers("x.a.example")).isTrue();
    assertThat(credential.covers("X.A.Example")).isTrue();
    assertThat(credential.covers("b.example")).isTrue();
    assertThat(credential.covers("B.example.")).isTrue();
    assertThat(credential.covers("x.a.example.")).isTrue();
    assertThat(credential.covers("10.0.0.1")).isTrue();
    assertThat(credential.covers("a.example")).isFalse();
    assertThat(credential.covers("y.x.a.example")).isFalse();
    assertThat(credential.covers("c.b.example")).isFalse();
  }
}
