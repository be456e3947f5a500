package io.wirelace.security;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * As much of DER (ITU-T X.690) as it takes to put a key's old form into PKCS #8, which is all that
 * the JDK reads.
 */
final class Der {
  static final int INTEGER = 0x02;
  static final int OCTET_STRING = 0x04;
  static final int OBJECT_IDENTIFIER = 0x06;
  static final int SEQUENCE = 0x30;
  private static final int CURVE = 0xA0; // [0] in SEC 1's ECPrivateKey
  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
  private static final byte[] RSA = { // 1.2.840.113549.1.1.1, NULL
    0x30,
    0x0D,
    0x06,
    0x09,
    0x2A,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xF7,
    0x0D,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };
  private static final byte[] EC = { // 1.2.840.10045.2.1
    0x06, 0x07, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x02, 0x01
  };

  private Der() {}

  /** RFC 8017 A.1.2 to RFC 5208. */
  static byte[] pkcs8OfRsa(byte[] pkcs1) {
    return tagged(SEQUENCE, VERSION_0, RSA, tagged(OCTET_STRING, pkcs1));
  }

  /**
   * RFC 5915 to RFC 5208.
   *
   * @throws IllegalArgumentException if it is none, or does not say its curve
   */
  static byte[] pkcs8OfEc(byte[] sec1) {
    byte[] curve = curve(sec1);
    return tagged(SEQUENCE, VERSION_0, tagged(SEQUENCE, EC, curve), tagged(OCTET_STRING, sec1));
  }

  /** The content of the member [0] of the sequence: the curve's object identifier. */
  private static byte[] curve(byte[] sec1) {
    DerReader members = new DerReader(sec1).inside(SEQUENCE);
    while (members.hasMore()) {
      if (members.tag() == CURVE) {
        return members.content(CURVE);
      }
      members.element();
    }
    throw new IllegalArgumentException("the EC key does not name its curve");
  }

  /**
   * The content of an octet string, as an extension of a certificate is wrapped in one.
   *
   * @throws IllegalArgumentException if it is none
   */
  static byte[] octets(byte[] der) {
    return new DerReader(der).content(OCTET_STRING);
  }

  private static byte[] tagged(int tag, byte[]... members) {
    int length = Arrays.stream(members).mapToInt(member -> member.length).sum();
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      out.write(0x83);
      out.write(length >>> 16);
      out.write(length >>> 8);
      out.write(length);
    }
    for (byte[] member : members) {
      out.writeBytes(member);
    }
    return out.toByteArray();
  }
}
