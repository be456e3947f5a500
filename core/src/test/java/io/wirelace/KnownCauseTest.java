package io.wirelace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * A client that knows why it will not be greeted says so, though the server keeps the line open.
 */
class KnownCauseTest {
  /** Longer than a test may take: it must not be waited for. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofMinutes(10);

  private static void answered(byte[] answer, ErrorCode code, String text) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              Socket taken = server.accept(); // stays open until the test is over
              taken.getOutputStream().write(answer);
              taken.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            } catch (IOException e) {
              return; // the test is over
            }
          });
      assertThatThrownBy(() ->
              Wirelace.client()
                  .connectTimeout(CONNECT_TIMEOUT)
                  .connect("tcp://127.0.0.1:" + server.getLocalPort()))
          .isInstanceOfSatisfying(
              WirelaceException.class, e -> assertThat(e.fault().number()).isEqualTo(code.number()))
          .hasMessageContaining(text);
    }
  }

  @Test
  void theServersRefusalIsReportedAtOnce() throws Exception {
    Fault full = Fault.of(ErrorCode.CONNECTION_LIMIT, "full up");
    answered(
        FrameEncoder.frame(FrameHeader.ERROR, 0, FrameEncoder.faultPayload(full)),
        ErrorCode.CONNECTION_LIMIT,
        "full up");
  }

  @Test
  void anAnswerInHttpIsReportedAtOnce() throws Exception {
    answered(
        "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
        ErrorCode.MESSAGE_TOO_LARGE,
        "");
  }

  @Test
  void aForeignBannerIsReportedAtOnce() throws Exception {
    answered(
        "SSH-2.0-OpenSSH_9.6\r\n".getBytes(StandardCharsets.US_ASCII),
        ErrorCode.MESSAGE_TOO_LARGE,
        "");
  }
}
