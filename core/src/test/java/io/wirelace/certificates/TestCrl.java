package io.wirelace.certificates;

import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** A CA's list of revoked certificates (RFC 5280 5.1), made without the code that reads it. */
public final class TestCrl {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final byte[] ECDSA_SHA256 = HexFormat.of().parseHex("300a06082a8648ce3d040302");
  private static final byte[] DELTA =
      HexFormat.of().parseHex("a011300f300d0603551d1b0101ff0403020101");

  private TestCrl() {}

  /** Of a CA with a key on P-256; complete, and current until then. */
  public static byte[] der(X509Bundle ca, Instant until, List<X509Bundle> revoked) {
    return der(ca, until, revoked, new byte[0]);
  }

  /** One that says only what has changed. */
  public static byte[] delta(X509Bundle ca, Instant until) {
    return der(ca, until, List.of(), DELTA);
  }

  private static byte[] der(
      X509Bundle ca, Instant until, List<X509Bundle> revoked, byte[] extensions) {
    byte[] entries = new byte[0];
    for (X509Bundle one : revoked) {
      BigInteger serial = one.getCertificate().getSerialNumber();
      entries =
          join(
              entries,
              tag(0x30, tag(0x02, serial.toByteArray()), time(Instant.now().minusSeconds(60))));
    }
    byte[] content =
        tag(
            0x30,
            tag(0x02, new byte[] {1}),
            ECDSA_SHA256,
            ca.getCertificate().getSubjectX500Principal().getEncoded(),
            time(until.minusSeconds(1_000_000)),
            time(until),
            revoked.isEmpty() ? new byte[0] : tag(0x30, entries),
            extensions);
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(ca.getKeyPair().getPrivate());
      signature.update(content);
      return tag(0x30, content, ECDSA_SHA256, tag(0x03, new byte[] {0}, signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same as PEM. */
  public static String pem(byte[] der) {
    return "-----BEGIN X509 CRL-----\n"
        + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END X509 CRL-----\n";
  }

  private static byte[] time(Instant at) {
    return tag(0x18, TIME.format(at).getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] tag(int tag, byte[]... members) {
    byte[] all = join(members);
    int length = all.length;
    byte[] head =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return join(head, all);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
