package io.wirelace.security;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.wirelace.config.TlsSettings;
import io.wirelace.error.WirelaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
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

  private static final String EC_256 = "ec -pkeyopt ec_paramgen_curve:P-256";

  /** Makes plain.pem of that algorithm, and cert.pem for it. */
  private void makePair(String algorithm) throws Exception {
    openssl(
        "req -x509 -nodes -days 2 -subj /CN=x -keyout plain.pem -out cert.pem -newkey "
            + algorithm);
  }

  private String refusal(TlsSettings settings) {
    WirelaceException refused =
        catchThrowableOfType(WirelaceException.class, () -> TlsMaterial.load(settings));
    assertThat(refused.fault().number()).isEqualTo(-664);
    return refused.fault().message();
  }

  @ParameterizedTest
  @CsvSource({
    "rsa:2048, rsa -traditional, RSA PRIVATE KEY",
    "rsa:2048, pkcs8 -topk8 -nocrypt, BEGIN PRIVATE KEY",
    "ec -pkeyopt ec_paramgen_curve:P-256, ec, EC PRIVATE KEY",
    "ec -pkeyopt ec_paramgen_curve:P-384, ec, EC PRIVATE KEY",
    "ec -pkeyopt ec_paramgen_curve:P-256, pkcs8 -topk8 -nocrypt, BEGIN PRIVATE KEY",
    "ed25519, pkcs8 -topk8 -nocrypt, BEGIN PRIVATE KEY",
  })
  void everyFormOfAKeyIsRead(String algorithm, String form, String label) throws Exception {
    makePair(algorithm);
    openssl(form + " -in plain.pem -out key.pem");
    assertThat(Files.readString(directory.resolve("key.pem"))).contains(label);
    assertThat(TlsMaterial.load(settings("key.pem")).credentials()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "pkcs8 -topk8, secret, BEGIN ENCRYPTED",
    "pkcs8 -topk8, größe-密码, BEGIN ENCRYPTED",
    "pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA1, größe, BEGIN ENCRYPTED",
    "pkcs8 -topk8 -v2 aes-192-cbc -v2prf hmacWithSHA512, größe, BEGIN ENCRYPTED",
    "pkcs8 -topk8 -v2 des3, größe, BEGIN ENCRYPTED",
    "pkcs8 -topk8 -v1 PBE-SHA1-3DES, secret, BEGIN ENCRYPTED",
    "rsa -traditional -aes128, größe-密码, 'DEK-Info: AES-128-CBC,'",
    "rsa -traditional -aes256, größe, 'DEK-Info: AES-256-CBC,'",
    "rsa -traditional -des3, größe, 'DEK-Info: DES-EDE3-CBC,'",
  })
  void anEncryptedKeyIsOpenedByItsPassword(String form, String password, String text)
      throws Exception {
    makePair("rsa:2048");
    Files.writeString(directory.resolve("pass"), password); // UTF-8, as openssl takes it
    openssl(form + " -in plain.pem -out key.pem -passout file:pass");
    assertThat(Files.readString(directory.resolve("key.pem"))).contains(text);
    TlsSettings settings = settings("key.pem").with("key-password", password);
    assertThat(TlsMaterial.load(settings).credentials()).hasSize(1);
    assertThat(refusal(settings.with("key-password", ""))).contains("expected key-password");
    assertThat(refusal(settings.with("key-password", "other"))).contains("does not open it");
  }

  @Test
  void anOldEncryptedEcKeyIsOpened() throws Exception {
    makePair(EC_256);
    openssl("ec -aes256 -in plain.pem -out key.pem -passout pass:secret");
    assertThat(Files.readString(directory.resolve("key.pem"))).contains("DEK-Info");
    TlsSettings settings = settings("key.pem").with("key-password", "secret");
    assertThat(TlsMaterial.load(settings).credentials()).hasSize(1);
  }

  @Test
  void aWrongPasswordSaysHowItsLettersWereTaken() throws Exception {
    makePair("rsa:2048");
    openssl("pkcs8 -topk8 -in plain.pem -out key.pem -passout pass:grosse");
    assertThat(refusal(settings("key.pem").with("key-password", "größe")))
        .contains("does not open it (what is not ASCII in it is taken as UTF-8)");
  }

  @ParameterizedTest
  @CsvSource({
    "pkcs8 -topk8 -scrypt, secret, 'stretched by scrypt', 'openssl pkcs8 -topk8'",
    "pkcs8 -topk8 -v2 camellia256, secret, 'cipher that is not known', 'openssl pkcs8 -topk8'",
    "pkcs8 -topk8 -v1 PBE-SHA1-3DES, größe, 'password that is not ASCII', 'openssl pkcs8 -topk8'",
    "rsa -traditional -camellia256, secret, 'old form with CAMELLIA-256-CBC', 'openssl pkcs8'",
  })
  void anEncryptionThatIsNotKnownIsNamedWithTheCommandThatConverts(
      String form, String password, String named, String command) throws Exception {
    makePair("rsa:2048");
    openssl(form + " -in plain.pem -out key.pem -passout pass:" + password);
    assertThat(refusal(settings("key.pem").with("key-password", password)))
        .contains(named, command);
  }

  /** The command that is named does what is said of it. */
  @Test
  void theCommandsConvert() throws Exception {
    makePair("rsa:2048");
    openssl("pkcs8 -topk8 -scrypt -in plain.pem -out scrypt.pem -passout pass:secret");
    openssl(
        "pkcs8 -topk8 -v2 aes-256-cbc -in scrypt.pem -passin pass:secret -out key.pem -passout"
            + " pass:secret");
    TlsSettings settings = settings("key.pem").with("key-password", "secret");
    assertThat(TlsMaterial.load(settings).credentials()).hasSize(1);
    makePair(EC_256);
    openssl("ec -param_enc explicit -in plain.pem -out explicit.pem");
    assertThat(refusal(settings("explicit.pem"))).contains("openssl ec -param_enc named_curve");
    openssl("ec -param_enc named_curve -in explicit.pem -out key.pem");
    assertThat(TlsMaterial.load(settings("key.pem")).credentials()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "X25519, it is a key for X25519",
    "X448, it is a key for X448",
    "EC -pkeyopt ec_paramgen_curve:secp224r1, it is on the curve P-224",
    "EC -pkeyopt ec_paramgen_curve:secp256k1, it is on the curve secp256k1",
    "EC -pkeyopt ec_paramgen_curve:brainpoolP256r1, it is on the curve brainpoolP256r1",
    "EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit, given by parameters",
  })
  void aKeyThatTlsCannotUseIsNamed(String algorithm, String words) throws Exception {
    makePair(EC_256);
    openssl("genpkey -out key.pem -algorithm " + algorithm);
    assertThat(refusal(settings("key.pem"))).contains(words, "expected");
  }

  @Test
  void aDsaKeyIsNamedInBothForms() throws Exception {
    makePair(EC_256);
    openssl("genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out dsa.param");
    openssl("genpkey -paramfile dsa.param -out key.pem");
    assertThat(refusal(settings("key.pem"))).contains("it is a key for DSA", "expected RSA, EC");
    openssl("pkey -traditional -in key.pem -out old.pem");
    assertThat(Files.readString(directory.resolve("old.pem"))).contains("BEGIN DSA");
    assertThat(refusal(settings("old.pem"))).contains("it is a DSA key", "expected RSA, EC");
  }

  @ParameterizedTest
  @CsvSource({"crlf", "bom", "text", "utf16", "indented", "parameters", "der"})
  void howAFileIsWrittenDownDoesNotMatter(String how) throws Exception {
    makePair(EC_256);
    openssl("ec -in plain.pem -out ec.pem");
    for (String name : List.of("ec.pem", "cert.pem")) {
      Path file = directory.resolve(name);
      String text = Files.readString(file);
      byte[] changed =
          switch (how) {
            case "crlf" -> text.replace("\n", "\r\n").getBytes(US_ASCII);
            case "bom" -> ("\uFEFF" + text).getBytes(UTF_8);
            case "text" ->
                ("Bag Attributes: a-b -----\n  größe\n-----BEGIN of the story\n"
                        + text
                        + "the end-")
                    .getBytes(UTF_8);
            case "utf16" -> ("\uFEFF" + text).getBytes(UTF_16LE); // PowerShell's >
            case "indented" -> text.indent(2).getBytes(US_ASCII);
            case "parameters" ->
                ("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                        + text)
                    .getBytes(US_ASCII);
            default -> der(name);
          };
      Files.write(file, changed);
    }
    assertThat(TlsMaterial.load(settings("ec.pem")).credentials()).hasSize(1);
  }

  private byte[] der(String name) throws Exception {
    openssl(
        name.equals("cert.pem")
            ? "x509 -outform DER -in cert.pem -out der"
            : "pkcs8 -topk8 -nocrypt -outform DER -in ec.pem -out der");
    return Files.readAllBytes(directory.resolve("der"));
  }

  @ParameterizedTest
  @CsvSource({
    "key, cert.pem, 'no private key in it, but CERTIFICATE'",
    "cert, plain.pem, 'no certificate in it, but PRIVATE KEY'",
    "ca, plain.pem, 'no certificate in it, but PRIVATE KEY'",
    "cert, request.pem, 'but CERTIFICATE REQUEST (a request, of which a CA has yet to make'",
    "cert, p7.pem, 'but PKCS7 (openssl pkcs7 -print_certs'",
    "key, public.pem, 'but PUBLIC KEY (the public half'",
    "key, both.p12, 'it is PKCS #12'",
    "cert, both.p12, 'openssl pkcs12 -in FILE -nokeys'",
    "cert, empty, 'it is empty (expected certificate, in PEM)'",
    "cert, text, 'no certificate in it (expected certificate, in PEM)'",
    "cert, cut.pem, 'the CERTIFICATE in it has no end (the file is cut off)'",
    "key, jks, 'it is a Java key store'",
    "key, old.der, 'openssl pkey -inform DER'",
    "key, missing, 'it cannot be read: java.nio.file.NoSuchFileException'",
  })
  void aFileThatIsSomethingElseIsNamed(String setting, String file, String words) throws Exception {
    makePair("rsa:2048");
    openssl("req -new -subj /CN=x -key plain.pem -out request.pem");
    openssl("crl2pkcs7 -nocrl -certfile cert.pem -out p7.pem");
    openssl("pkey -pubout -in plain.pem -out public.pem");
    openssl("pkcs12 -export -in cert.pem -inkey plain.pem -passout pass:secret -out both.p12");
    openssl("rsa -traditional -outform DER -in plain.pem -out old.der");
    String cert = Files.readString(directory.resolve("cert.pem"));
    Files.writeString(directory.resolve("cut.pem"), cert.substring(0, cert.length() / 2));
    Files.writeString(directory.resolve("empty"), "");
    Files.writeString(directory.resolve("text"), "hello");
    Files.write(directory.resolve("jks"), HexFormat.of().parseHex("feedfeed00000002"));
    String name = directory.resolve(file).toString();
    assertThat(refusal(settings("plain.pem").with(setting, name)))
        .startsWith(setting + ": " + name + ": ")
        .contains(words);
  }

  @Test
  void aKeyOfOpenSshIsNamed() throws Exception {
    makePair(EC_256);
    Files.writeString(
        directory.resolve("key.pem"),
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
    assertThat(refusal(settings("key.pem"))).contains("OpenSSH's own form", "ssh-keygen -p");
  }

  @Test
  void aKeyOfAnotherCertificateIsNamed() throws Exception {
    makePair(EC_256);
    openssl("genpkey -out key.pem -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    assertThat(refusal(settings("key.pem"))).contains("not that of the certificate of CN=x");
  }

  @Test
  void aCertificateWhoseCurveHasNoNameIsNoRiddle() throws Exception {
    makePair(EC_256 + " -pkeyopt ec_param_enc:explicit");
    assertThat(refusal(settings("plain.pem"))).contains("curve", "not by name");
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
