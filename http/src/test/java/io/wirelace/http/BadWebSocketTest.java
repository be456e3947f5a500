package io.wirelace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.wirelace.metrics.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

/** What a peer gets that breaks RFC 6455 or our bounds; who is beside it notices nothing. */
class BadWebSocketTest extends WebSocketCase {
  /** Sends, and expects the native error, the close code, and the end. */
  private void refused(int error, int closeCode, byte[]... parts) throws IOException {
    try (RawWebSocket peer = peer()) {
      peer.open();
      peer.send(RawWebSocket.join(parts));
      assertThat(peer.read().errorCode()).isEqualTo(error);
      assertThat(peer.readToClose()).isEqualTo(closeCode);
    }
    await().until(() -> events.stream().anyMatch(e -> e instanceof Event.Violated));
  }

  @Test
  void anUnmaskedFrameEndsTheConnection() throws IOException {
    refused(-605, 1002, new byte[] {(byte) 0x82, 1, 0});
  }

  @Test
  void reservedBitsAndOpcodesEndTheConnection() throws IOException {
    refused(-605, 1002, RawWebSocket.frame(0xA2, "x"));
    refused(-605, 1002, RawWebSocket.frame(0x83, "x"));
  }

  @Test
  void textIsNotForNativeSessions() throws IOException {
    refused(-605, 1003, RawWebSocket.frame(0x81, "hello"));
  }

  @Test
  void aMessageHoldsWholeFrames() throws IOException {
    byte[] request = RawWebSocket.lace(0, 1, "ping");
    refused(
        -605,
        1002,
        RawWebSocket.frame(0x82, Arrays.copyOf(request, 10)),
        RawWebSocket.frame(0x82, Arrays.copyOfRange(request, 10, request.length)));
  }

  @Test
  void whatCameBeforeTheTornFrameIsAnswered() throws IOException {
    try (RawWebSocket peer = peer()) {
      peer.open();
      byte[] request = RawWebSocket.lace(0, 1, "ping");
      peer.send(RawWebSocket.frame(0x82, request));
      assertThat(peer.read().payload()).isEqualTo(RawWebSocket.lace(1, 1, "ping"));
      peer.send(RawWebSocket.frame(0x82, new byte[] {0, 0}));
      assertThat(peer.read().errorCode()).isEqualTo(-605);
      assertThat(peer.readToClose()).isEqualTo(1002);
    }
  }

  @Test
  void aMessageOverTheLimitIsRefusedBeforeItComes() throws IOException {
    byte[] header = {(byte) 0x82, (byte) 0xFF, 0, 0, 0, 0, 0x7F, 0, 0, 0};
    refused(-642, 1009, header);
  }

  @Test
  void aNativeFrameOverTheLimitIsCloseCode1009() throws IOException {
    refused(-642, 1009, RawWebSocket.frame(0x02, new byte[] {1, 0, 0, 0}));
  }

  @Test
  void oneByteFragmentsWithoutEndAreRefused() throws IOException {
    ByteArrayOutputStream fragments = new ByteArrayOutputStream();
    byte[] endless = new byte[1000];
    endless[3] = (byte) 0xFF;
    for (int i = 0; i < endless.length; i++) {
      fragments.writeBytes(RawWebSocket.frame(i == 0 ? 0x02 : 0x00, new byte[] {endless[i]}));
    }
    refused(-625, 1008, fragments.toByteArray());
  }

  @Test
  void silenceInTheMiddleOfAMessageEndsTheConnection() throws IOException {
    byte[] whole = RawWebSocket.frame(0x82, RawWebSocket.lace(0, 1, "ping"));
    refused(-610, 1001, Arrays.copyOf(whole, 1));
    refused(-610, 1001, Arrays.copyOf(whole, 9));
    refused(-610, 1001, RawWebSocket.frame(0x02, RawWebSocket.lace(2, 0, "unfinished")));
  }

  @Test
  void aMessageThatGoesOnIsNotSilent() throws IOException, InterruptedException {
    byte[] whole = RawWebSocket.frame(0x82, RawWebSocket.lace(0, 1, "ping"));
    try (RawWebSocket peer = peer()) {
      peer.open();
      for (byte b : whole) {
        peer.send(new byte[] {b});
        Thread.sleep(60); // all of it takes longer than the timeout
      }
      assertThat(peer.read().payload()).isEqualTo(RawWebSocket.lace(1, 1, "ping"));
    }
  }

  @Test
  void aPingFloodEndsTheConnection() throws IOException {
    try (RawWebSocket peer = peer()) {
      peer.open();
      for (int i = 0; i < 5; i++) {
        peer.send(RawWebSocket.frame(0x89, "here?" + i));
        assertThat(peer.read().text()).isEqualTo("here?" + i);
      }
      byte[] ping = RawWebSocket.frame(0x89, "x".repeat(125));
      try {
        for (int i = 0; i < 10_000; i++) {
          peer.send(ping);
        }
      } catch (SocketException e) {
        return; // it is over already, and we did not listen
      }
      assertThat(peer.readToClose()).isEqualTo(1008);
    }
  }

  private static byte[] deflated(byte[] data) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(data);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] piece = new byte[8192];
    int length;
    while ((length = deflater.deflate(piece, 0, piece.length, Deflater.SYNC_FLUSH)) > 0) {
      out.write(piece, 0, length);
    }
    deflater.end();
    return Arrays.copyOf(out.toByteArray(), out.size() - 4);
  }

  @Test
  void aDeflateBombIsRefusedAtTheLimit() throws IOException {
    long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    byte[] data = new byte[200 << 20]; // 200 MiB, of frames that the session takes
    for (int at = 0; at < data.length; at += 16) {
      data[at + 3] = 12;
      data[at + 4] = 2;
    }
    byte[] bomb = deflated(data);
    assertThat(bomb.length).isLessThan(1 << 20);
    try (RawWebSocket peer = peer()) {
      String head = peer.open("Sec-WebSocket-Extensions: permessage-deflate");
      assertThat(head)
          .contains("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
      peer.send(RawWebSocket.frame(0xC2, bomb));
      RawWebSocket.Received error = peer.read();
      assertThat(error.errorCode()).isEqualTo(-642);
      assertThat(peer.readToClose()).isEqualTo(1009);
      assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before).isLessThan(8 << 20);
    }
  }

  @Test
  void dataThatDoesNotInflateIsRefused() throws IOException {
    try (RawWebSocket peer = peer()) {
      peer.open("Sec-WebSocket-Extensions: permessage-deflate");
      peer.send(RawWebSocket.frame(0xC2, new byte[] {-1, -1, -1, -1}));
      assertThat(peer.read().errorCode()).isEqualTo(-648);
      assertThat(peer.readToClose()).isEqualTo(1007);
    }
  }

  @Test
  void compressedMessagesAreReadWholeOrInFragmentsAndWithFinalBlocks() throws IOException {
    byte[] request = RawWebSocket.lace(0, 5, "hello hello hello hello hello");
    byte[] answer = RawWebSocket.lace(1, 5, "hello hello hello hello hello");
    byte[] packed = deflated(request);
    Deflater finishing = new Deflater(9, true);
    finishing.setInput(request);
    finishing.finish();
    byte[] finished = new byte[200];
    finished = Arrays.copyOf(finished, finishing.deflate(finished) + 1); // section 7.2.3.4
    finishing.end();
    try (RawWebSocket peer = peer()) {
      peer.open("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
      peer.send(RawWebSocket.frame(0xC2, packed));
      assertThat(peer.read().payload()).isEqualTo(answer);
      peer.send(RawWebSocket.frame(0x42, Arrays.copyOf(packed, 3)));
      peer.send(RawWebSocket.frame(0x89, "between"));
      assertThat(peer.read().text()).isEqualTo("between");
      peer.send(RawWebSocket.frame(0x80, Arrays.copyOfRange(packed, 3, packed.length)));
      assertThat(peer.read().payload()).isEqualTo(answer);
      peer.send(RawWebSocket.frame(0xC2, finished));
      assertThat(peer.read().payload()).isEqualTo(answer);
      peer.expectAlive();
    }
  }
}
