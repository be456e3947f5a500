package io.wirelace.transport.any;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.transport.ProxyHeader;
import io.wirelace.transport.StreamProtocol;
import io.wirelace.transport.StreamProtocol.Claim;
import io.wirelace.transport.TlsStreams;
import org.jspecify.annotations.Nullable;

/**
 * What the first bytes of a connection say, and whether this listener serves that. Of two protocols
 * that claim the same bytes the first one found wins. Stateless.
 *
 * @param options what the listener serves
 * @param tls its TLS, if it has any
 */
record FirstBytes(AnyOptions options, @Nullable TlsStreams tls) {
  /** As much as is ever looked at: bytes that are still undecided then are nobody's. */
  static final int MOST_BYTES = 256;

  private static final int SHOWN_BYTES = 8;
  private static final int LONGEST_METHOD = 16;
  private static final byte TLS_HANDSHAKE = 0x16;
  private static final byte TLS_MAJOR_VERSION = 0x03;

  /** What comes of it. */
  sealed interface Verdict {
    /** More bytes will tell. */
    record Undecided() implements Verdict {}

    /** A ClientHello begins. */
    record Tls(TlsStreams streams) implements Verdict {}

    /** This protocol goes on. */
    record Start(StreamProtocol protocol) implements Verdict {}

    /** It is not served here. */
    record Refused(Fault fault, Language language) implements Verdict {}
  }

  /** In what form a refused peer can be told why. */
  enum Language {
    /** Our frames. */
    NATIVE,
    /** A TLS alert. */
    TLS,
    /** HTTP/1.1. */
    HTTP,
    /** Who knows. */
    UNKNOWN
  }

  private static final Verdict UNDECIDED = new Verdict.Undecided();

  /** Judges at least one byte, without moving the reader index. */
  Verdict judge(ByteBuf first, boolean insideTls) {
    Claim hello = hello(first);
    Claim proxy = ProxyHeader.claims(first);
    if (hello == Claim.YES) {
      return insideTls || tls == null ? noTls(insideTls) : new Verdict.Tls(tls);
    }
    if (proxy == Claim.YES) {
      return refused(
          ErrorCode.PERMISSION_DENIED,
          "a PROXY header, but not first and from a trusted proxy (proxy-from)",
          Language.UNKNOWN);
    }
    boolean more = hello == Claim.MORE || proxy == Claim.MORE;
    for (StreamProtocol protocol : options.served()) {
      Claim claim = protocol.claims(first);
      if (claim == Claim.YES) {
        return insideTls || options.plaintext()
            ? new Verdict.Start(protocol)
            : refused(
                ErrorCode.UNSUPPORTED_TRANSPORT,
                protocol.name() + " without TLS is not served here (plaintext=false)",
                language(protocol));
      }
      more |= claim == Claim.MORE;
    }
    for (StreamProtocol protocol : options.refused()) {
      Claim claim = protocol.claims(first);
      if (claim == Claim.YES) {
        return notServed(protocol.name(), insideTls, language(protocol));
      }
      more |= claim == Claim.MORE;
    }
    return elseJudge(first, more);
  }

  private Verdict noTls(boolean insideTls) {
    return insideTls || options.tls() == AnyOptions.Tls.FORBIDDEN
        ? notServed("TLS", insideTls, Language.TLS)
        : refused(
            ErrorCode.UNSUPPORTED_TRANSPORT,
            "TLS, but this listener has no certificate (cert, key)",
            Language.TLS);
  }

  private Verdict elseJudge(ByteBuf first, boolean more) {
    Claim http = options.knowsHttp() ? Claim.NO : http(first);
    if (http == Claim.YES) {
      return refused(
          ErrorCode.UNSUPPORTED_TRANSPORT,
          "HTTP, which needs wirelace-http on the class path",
          Language.HTTP);
    }
    boolean undecided = more || http == Claim.MORE;
    return undecided && first.readableBytes() < MOST_BYTES ? UNDECIDED : nobodys(first);
  }

  private static Claim hello(ByteBuf first) {
    if (first.getByte(first.readerIndex()) != TLS_HANDSHAKE) {
      return Claim.NO;
    }
    if (first.readableBytes() == 1) {
      return Claim.MORE;
    }
    return first.getByte(first.readerIndex() + 1) == TLS_MAJOR_VERSION ? Claim.YES : Claim.NO;
  }

  private static Verdict nobodys(ByteBuf first) {
    int shown = Math.min(first.readableBytes(), SHOWN_BYTES);
    return refused(
        ErrorCode.PROTOCOL_ERROR,
        "no protocol begins with the bytes "
            + ByteBufUtil.hexDump(first, first.readerIndex(), shown),
        Language.UNKNOWN);
  }

  /** Whether it looks like HTTP, for the case that no module is there that speaks it. */
  private static Claim http(ByteBuf first) {
    int at = first.readerIndex();
    int length = 0;
    while (length < first.readableBytes() && isUpperCase(first.getByte(at + length))) {
      length++;
    }
    if (length > LONGEST_METHOD) {
      return Claim.NO;
    }
    if (length == first.readableBytes()) {
      return Claim.MORE;
    }
    return length > 0 && first.getByte(at + length) == ' ' ? Claim.YES : Claim.NO;
  }

  private static boolean isUpperCase(byte letter) {
    return letter >= 'A' && letter <= 'Z';
  }

  private static Language language(StreamProtocol protocol) {
    return switch (protocol.name()) {
      case NativeProtocol.NAME -> Language.NATIVE;
      case AnyOptions.HTTP -> Language.HTTP;
      default -> Language.UNKNOWN;
    };
  }

  private static Verdict notServed(String what, boolean insideTls, Language language) {
    return refused(
        ErrorCode.UNSUPPORTED_TRANSPORT,
        what + (insideTls ? " inside TLS" : "") + " is not served here",
        language);
  }

  private static Verdict refused(ErrorCode code, String why, Language language) {
    return new Verdict.Refused(Fault.of(code, why), language);
  }
}
