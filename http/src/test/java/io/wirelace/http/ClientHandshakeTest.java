package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wirelace.Client;
import io.wirelace.Wirelace;
import io.wirelace.error.Fault;
import io.wirelace.error.Result;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Our client in front of servers that answer the upgrade in ways they should not. */
class ClientHandshakeTest {
  private ServerSocket listener;
  private final CompletableFuture<String> request = new CompletableFuture<>();
  private final CompletableFuture<byte[]> later = new CompletableFuture<>();

  @BeforeEach
  void listen() throws IOException {
    listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    listener.close();
  }

  /** Answers one upgrade; {@code ACCEPT} stands for the right proof. Null says nothing. */
  private void answer(byte[] after, String... lines) {
    Thread.ofVirtual()
        .start(() -> {
          try (Socket socket = listener.accept()) {
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
              head.append((char) in.read());
            }
            request.complete(head.toString());
            String key = field(head.toString(), "Sec-WebSocket-Key");
            StringBuilder out = new StringBuilder();
            for (String line : lines) {
              out.append(line.replace("ACCEPT", Upgrade.accept(key))).append("\r\n");
            }
            if (lines.length > 0) {
              out.append("\r\n");
            }
            socket.getOutputStream().write(out.toString().getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(after);
            later.complete(in.readAllBytes());
          } catch (IOException e) {
            later.completeExceptionally(e);
          }
        });
  }

  private static String field(String head, String name) {
    int at = head.indexOf(name + ": ") + name.length() + 2;
    return head.substring(at, head.indexOf("\r\n", at));
  }

  private Fault fault(String options, String... lines) {
    answer(new byte[0], lines);
    Result<Client> result =
        Wirelace.client()
            .greeting(false)
            .tryConnect("ws://127.0.0.1:" + listener.getLocalPort() + "/there" + options);
    assertThat(result.isOk()).isFalse();
    return ((Result.Err<Client>) result).fault();
  }

  private Fault wrong(String... more) {
    String[] lines = new String[more.length + 1];
    lines[0] = "HTTP/1.1 101 Switching Protocols";
    System.arraycopy(more, 0, lines, 1, more.length);
    Fault fault = fault("", lines);
    assertThat(fault.number()).isEqualTo(-608);
    return fault;
  }

  @Test
  void theRequestIsWhatTheStandardAsksFor() throws Exception {
    fault("?deflate=true", "HTTP/1.1 400 Bad Request");
    String head = request.get(10, TimeUnit.SECONDS);
    assertThat(head)
        .startsWith("GET /there HTTP/1.1\r\nHost: 127.0.0.1:" + listener.getLocalPort() + "\r\n")
        .contains("Upgrade: websocket\r\n", "Connection: Upgrade\r\n")
        .contains("Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Protocol: lace.v1\r\n")
        .contains("Sec-WebSocket-Extensions: permessage-deflate; ");
    assertThat(field(head, "Sec-WebSocket-Key")).hasSize(24);
  }

  @Test
  void aRefusalHasItsCodeAndTheStatusInItsText() {
    assertThat(fault("", "HTTP/1.1 401 Unauthorized").toString()).contains("-623", "401 Unauth");
  }

  @Test
  void forbiddenIsPermissionDenied() {
    assertThat(fault("", "HTTP/1.1 403 Forbidden").toString()).contains("-625", "403 Forbidden");
  }

  @Test
  void redirectsAreNotFollowed() {
    assertThat(fault("", "HTTP/1.1 302 Found", "Location: ws://127.0.0.1:1/").toString())
        .contains("-608", "302 Found");
  }

  @Test
  void whatIsNoHttpIsAFailedHandshake() {
    assertThat(fault("", "SSH-2.0-OpenSSH_9.9").number()).isEqualTo(-608);
  }

  private void hangUp() {
    try {
      listener.accept().close();
    } catch (IOException e) {
      later.completeExceptionally(e);
    }
  }

  @Test
  void aServerThatHangsUpIsAFailedHandshake() {
    Thread.ofVirtual().start(this::hangUp);
    Result<Client> result =
        Wirelace.client().tryConnect("ws://127.0.0.1:" + listener.getLocalPort());
    assertThat(((Result.Err<Client>) result).fault().number()).isIn(-608, -600);
  }

  @Test
  void aSilentServerIsOutOfTime() {
    assertThat(fault("?handshake-timeout=200ms").number()).isEqualTo(-602);
  }

  @Test
  void anEndlessHeadIsRefused() {
    assertThat(fault("?max-head=1KiB", "HTTP/1.1 101 X", "X: " + "x".repeat(2000)).toString())
        .contains("-608", "1024");
  }

  @Test
  void theProofMustBeRight() {
    assertThat(
            wrong(
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                .message())
        .contains("Sec-WebSocket-Accept");
  }

  @Test
  void theUpgradeMustBeOne() {
    assertThat(wrong("Connection: Upgrade", "Sec-WebSocket-Accept: ACCEPT").message())
        .contains("no Upgrade");
  }

  @Test
  void subprotocolsAndExtensionsMustHaveBeenOffered() {
    assertThat(
            wrong(
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Accept: ACCEPT",
                    "Sec-WebSocket-Protocol: chat")
                .message())
        .contains("chat");
  }

  @Test
  void compressionThatWasNotOfferedIsRefused() {
    assertThat(
            wrong(
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Accept: ACCEPT",
                    "Sec-WebSocket-Extensions: permessage-deflate")
                .message())
        .contains("permessage-deflate");
  }

  @Test
  void aServersMaskedFrameIsAProtocolError() throws Exception {
    answer(
        RawWebSocket.frame(0x82, RawWebSocket.lace(2, 0, "x")),
        "HTTP/1.1 101 Switching Protocols",
        "upgrade: WebSocket",
        "connection: upgrade",
        "Sec-WebSocket-Accept: ACCEPT");
    try (Client client =
        Wirelace.client()
            .greeting(false)
            .connect("ws://127.0.0.1:" + listener.getLocalPort() + "/there")) {
      byte[] heard = later.get(10, TimeUnit.SECONDS);
      // The native error, masked, and then a masked close frame with 1002.
      assertThat(heard[0]).isEqualTo((byte) 0x82);
      assertThat(heard[1] & 0x80).isEqualTo(0x80);
      int close = 2 + 4 + (heard[1] & 0x7F);
      if ((heard[1] & 0x7F) == 126) {
        close = 4 + 4 + (((heard[2] & 0xFF) << 8) | (heard[3] & 0xFF));
      }
      assertThat(heard[close]).isEqualTo((byte) 0x88);
      int code =
          ((heard[close + 6] ^ heard[close + 2]) & 0xFF) << 8
              | ((heard[close + 7] ^ heard[close + 3]) & 0xFF);
      assertThat(code).isEqualTo(1002);
      assertThat(client.isOpen()).isFalse();
    }
  }
}
