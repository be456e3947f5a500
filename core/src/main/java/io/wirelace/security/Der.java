package io.wirelace.security;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * As much of DER (ITU-T X.690) as it takes to put a key's old form into PKCS #8, which is all that
 * the JDK reads.
 */
final class Der {
  static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
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
   * @throws IllegalArgumentException if it is none, or does not name its curve
   */
  static byte[] pkcs8OfEc(byte[] sec1) {
    byte[] curve = curve(sec1);
    return tagged(SEQUENCE, VERSION_0, tagged(SEQUENCE, EC, curve), tagged(OCTET_STRING, sec1));
  }

  /** The content of the member [0] of the sequence: the curve's object identifier. */
  private static byte[] curve(byte[] sec1) {
    int[] at = {0};
    enter(sec1, at, SEQUENCE);
    while (at[0] < sec1.length) {
      int tag = sec1[at[0]] & 0xFF;
      int length = enter(sec1, at, tag);
      if (tag == CURVE) {
        return Arrays.copyOfRange(sec1, at[0], at[0] + length);
      }
      at[0] += length;
    }
    throw new IllegalArgumentException("the EC key does not name its curve");
  }

  /**
   * The content of an octet string, as an extension of a certificate is wrapped in one.
   *
   * @throws IllegalArgumentException if it is none
   */
  static byte[] octets(byte[] der) {
    int[] at = {0};
    int length = enter(der, at, OCTET_STRING);
    return Arrays.copyOfRange(der, at[0], at[0] + length);
  }

  /** Moves behind a tag and its length, which is returned and fits the array. */
  private static int enter(byte[] der, int[] at, int tag) {
    int position = at[0];
    if (position + 2 > der.length || (der[position] & 0xFF) != tag) {
      throw new IllegalArgumentException("not the DER that was expected");
    }
    int length = der[position + 1] & 0xFF;
    position += 2;
    if (length > 0x80) {
      int bytes = length & 0x7F;
      length = 0;
      for (int i = 0; i < bytes && position < der.length && length < 1 << 20; i++) {
        length = (length << 8) | (der[position++] & 0xFF);
      }
    }
    if (length > der.length - position) {
      throw new IllegalArgumentException("the DER is cut off");
    }
    at[0] = position;
    return length;
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
