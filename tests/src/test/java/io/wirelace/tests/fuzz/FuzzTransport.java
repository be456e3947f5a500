package io.wirelace.tests.fuzz;

import io.wirelace.HandlerBuilder;
import io.wirelace.certificates.TestCa;
import io.wirelace.config.TlsSettings;
import io.wirelace.transport.IoBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** The byte streams that are fuzzed. */
enum FuzzTransport {
  TCP_EPOLL("tcp://127.0.0.1:0", IoBackend.EPOLL),
  TCP_NIO("tcp://127.0.0.1:0", IoBackend.NIO),
  UNIX("unix:%s", IoBackend.AUTO),
  TLS("tls://127.0.0.1:0", IoBackend.AUTO),
  TLS_JDK("tls://127.0.0.1:0", IoBackend.AUTO),
  WS("ws://127.0.0.1:0/lace", IoBackend.AUTO),
  WSS("wss://127.0.0.1:0/lace", IoBackend.AUTO),
  QUIC("quic://127.0.0.1:0", IoBackend.AUTO),
  MEMORY("memory://%s", IoBackend.AUTO);

  private static final AtomicInteger NEXT = new AtomicInteger();

  private final String listenUri;
  private final IoBackend io;

  FuzzTransport(String listenUri, IoBackend io) {
    this.listenUri = listenUri;
    this.io = io;
  }

  /** Made when the first transport needs them. */
  private static final class Keys {
    static final TlsSettings SETTINGS = make();

    private static TlsSettings make() {
      TestCa ca = TestCa.temporary();
      TestCa.Leaf own = ca.localhost();
      return TlsSettings.DEFAULT
          .with("cert", own.cert())
          .with("key", own.key())
          .with("ca", ca.file());
    }
  }

  /** Where its socket files are. */
  private static final class Folder {
    static final Path PATH = make();

    private static Path make() {
      try {
        Path path = Files.createTempDirectory("wirelace-fuzz");
        path.toFile().deleteOnExit();
        return path;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Its name on the command line. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The transport of a label. */
  static FuzzTransport of(String label) {
    return Arrays.stream(values())
        .filter(transport -> transport.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "--transports: " + label + " (expected some of " + labels() + ")"));
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(FuzzTransport::label).toList();
  }

  /** Whether it works on this machine. */
  boolean worksHere() {
    return io == IoBackend.AUTO || io.whyNot() == null;
  }

  /** A new place to listen at. */
  String listenUri() {
    int number = NEXT.incrementAndGet();
    return switch (this) {
      case UNIX -> listenUri.formatted(Folder.PATH.resolve("fuzz-" + number + ".sock"));
      case MEMORY -> listenUri.formatted("fuzz-" + number);
      default -> listenUri;
    };
  }

  /** The I/O mechanism of both sides. */
  String io() {
    return io.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether a side hears of it when the other's channel is closed by force. Over QUIC a close is a
   * packet like others: where as much is under way as may be it is not sent, and the side is gone.
   */
  boolean tellsOfCuts() {
    return this != QUIC;
  }

  /** Gives a side what the transport needs. */
  <B extends HandlerBuilder<B>> B with(B builder) {
    return switch (this) {
      case TLS, WSS, QUIC -> builder.tls(Keys.SETTINGS);
      case TLS_JDK -> builder.tls(Keys.SETTINGS.with("provider", "jdk"));
      default -> builder;
    };
  }
}
