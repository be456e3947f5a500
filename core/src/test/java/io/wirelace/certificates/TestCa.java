package io.wirelace.certificates;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.UnaryOperator;

/** A CA for one test, which issues certificates as files. */
public final class TestCa {
  private final Path directory;
  private final X509Bundle root;
  private final Path file;

  private TestCa(Path directory, X509Bundle root, Path file) {
    this.directory = directory;
    this.root = root;
    this.file = file;
  }

  /** A certificate and its key as files. */
  public record Leaf(Path cert, Path key, X509Bundle bundle) {
    /** As an endpoint's options. */
    public String options() {
      return "cert=" + encoded(cert) + "&key=" + encoded(key);
    }
  }

  /** A new CA of that name, in that directory. */
  public static TestCa create(Path directory, String name) {
    try {
      X509Bundle root =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=" + name)
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
      Path file = directory.resolve(name + ".pem");
      Files.writeString(file, root.getCertificatePEM());
      return new TestCa(directory, root, file);
    } catch (Exception e) {
      throw new IllegalStateException("no CA", e);
    }
  }

  /** A CA in a directory of its own. */
  public static TestCa temporary() {
    try {
      Path directory = Files.createTempDirectory("wirelace-ca");
      directory.toFile().deleteOnExit();
      return create(directory, "ca");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The CA's certificate. */
  public Path file() {
    return file;
  }

  /** As an endpoint's option. */
  public String option() {
    return "ca=" + encoded(file);
  }

  /** For localhost and the loopback addresses. */
  public Leaf localhost() {
    return issue(
        "localhost",
        b -> b.addSanDnsName("localhost").addSanIpAddress("127.0.0.1").addSanIpAddress("::1"));
  }

  /** Whatever the test makes of it; the name is that of the files as well. */
  public Leaf issue(String name, UnaryOperator<CertificateBuilder> how) {
    try {
      X509Bundle leaf =
          how.apply(
                  new CertificateBuilder()
                      .ecp256()
                      .subject("CN=" + name)
                      .addExtendedKeyUsageServerAuth()
                      .addExtendedKeyUsageClientAuth())
              .buildIssuedBy(root);
      Path cert = directory.resolve(name + ".crt");
      Path key = directory.resolve(name + ".key");
      Files.writeString(cert, leaf.getCertificatePathPEM());
      Files.writeString(key, leaf.getPrivateKeyPEM());
      return new Leaf(cert, key, leaf);
    } catch (Exception e) {
      throw new IllegalStateException("no certificate for " + name, e);
    }
  }

  /** A list of this CA with those in it, good for some days. */
  public byte[] revoke(Leaf... leaves) {
    return TestCrl.der(
        root,
        Instant.now().plus(Duration.ofDays(3)),
        Arrays.stream(leaves).map(Leaf::bundle).toList());
  }

  /** The pin of a certificate's key, made without the code that is tested. */
  public static String pin(Leaf leaf) {
    try {
      byte[] key = leaf.bundle().getCertificate().getPublicKey().getEncoded();
      return "sha256/"
          + Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** With a name that the builder does not take because of its star. */
  public static CertificateBuilder withDnsName(CertificateBuilder builder, String name) {
    byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
    byte[] names = new byte[ascii.length + 4];
    names[0] = 0x30;
    names[1] = (byte) (ascii.length + 2);
    names[2] = (byte) 0x82; // [2] dNSName
    names[3] = (byte) ascii.length;
    System.arraycopy(ascii, 0, names, 4, ascii.length);
    return builder.addExtensionOctetString("2.5.29.17", false, names);
  }

  private static String encoded(Path path) {
    // It encodes for HTML forms, where a blank is a plus.
    return URLEncoder.encode(path.toString(), StandardCharsets.UTF_8).replace("+", "%20");
  }
}
