package io.wirelace.http.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wirelace.wire.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** RFC 6455, section 5: bytes in, calls out. */
class FrameReaderTest {
  private static final FrameLimits LIMITS =
      new FrameLimits(1 << 20, 1 << 20, 10, 10, Duration.ofSeconds(1));
  private static final String MASK = "37FA213D";

  private final Recorder recorder = new Recorder();

  /** Writes down what it is told. */
  private static final class Recorder implements FrameReader.Sink {
    private final List<String> calls = new ArrayList<>();
    private StringBuilder message = new StringBuilder();

    @Override
    public void onMessageStart(int opcode, boolean compressed) {
      message = new StringBuilder();
      calls.add((opcode == Opcode.TEXT ? "text" : "binary") + (compressed ? " compressed" : ""));
    }

    @Override
    public int target(int at) {
      return at;
    }

    @Override
    public void onPayload(ByteBuf buffer, int at, int length) {
      message.append(ByteBufUtil.hexDump(buffer, at, length).toUpperCase(Locale.ROOT));
    }

    @Override
    public void onMessageEnd() {
      calls.add("end " + message);
    }

    @Override
    public void onPing(byte[] payload) {
      calls.add("ping " + new String(payload, UTF_8));
    }

    @Override
    public void onPong(byte[] payload) {
      calls.add("pong " + new String(payload, UTF_8));
    }

    @Override
    public void onClose(int code, String reason) {
      calls.add("close " + code + " " + reason);
    }

    @Override
    public void onViolation(CloseCode code, String why) {
      calls.add("violation " + code.number() + " " + why);
    }
  }

  private List<String> read(Role role, String... hex) {
    return read(role, false, hex);
  }

  private List<String> read(Role role, boolean deflate, String... hex) {
    FrameReader reader = new FrameReader(role, deflate, LIMITS, recorder);
    for (String piece : hex) {
      reader.read(bytes(piece));
    }
    return recorder.calls;
  }

  private static ByteBuf bytes(String hex) {
    return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
  }

  /** As {@link #read} at a client, of which nothing but the code of a violation is expected. */
  private void refused(Role role, int code, String hex) {
    assertThat(read(role, hex)).last().asString().startsWith("violation " + code + " ");
  }

  @Test
  void theExamplesOfTheStandardAreRead() {
    assertThat(read(Role.CLIENT, "8105 48656C6C6F")).containsExactly("text", "end 48656C6C6F");
    recorder.calls.clear();
    assertThat(read(Role.SERVER, "8185 37FA213D 7F9F4D5158"))
        .containsExactly("text", "end 48656C6C6F");
    recorder.calls.clear();
    assertThat(read(Role.CLIENT, "0103 48656C 8002 6C6F"))
        .containsExactly("text", "end 48656C6C6F");
    recorder.calls.clear();
    assertThat(read(Role.CLIENT, "8905 48656C6C6F")).containsExactly("ping Hello");
    recorder.calls.clear();
    assertThat(read(Role.SERVER, "8A85 37FA213D 7F9F4D5158")).containsExactly("pong Hello");
  }

  @Test
  void lengthsOfTwoAndEightBytesAreRead() {
    String body = "AB".repeat(256);
    assertThat(read(Role.CLIENT, "827E 0100" + body)).containsExactly("binary", "end " + body);
    recorder.calls.clear();
    String large = "CD".repeat(65_536);
    assertThat(read(Role.CLIENT, "827F 0000000000010000" + large))
        .containsExactly("binary", "end " + large);
  }

  @Test
  void anyCutGivesTheSameMessages() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String stream =
        "8185 37FA213D 7F9F4D5158 0281 37FA213D 36 8980 37FA213D 8080 37FA213D 8882 37FA213D 3412";
    byte[] all = ByteBufUtil.decodeHexDump(stream.replace(" ", ""));
    for (int round = 0; round < 200; round++) {
      Recorder pieces = new Recorder();
      FrameReader reader = new FrameReader(Role.SERVER, false, LIMITS, pieces);
      for (int at = 0; at < all.length; ) {
        int length = Math.min(1 + random.nextInt(5), all.length - at);
        reader.read(Unpooled.copiedBuffer(all, at, length));
        at += length;
      }
      assertThat(pieces.calls)
          .as("seed %d", seed)
          .containsExactly("text", "end 48656C6C6F", "binary", "ping ", "end 01", "close 1000 ");
    }
  }

  @Test
  void controlFramesMayComeBetweenFragments() {
    assertThat(read(Role.CLIENT, "0201 01 8901 41 8A01 42 8001 02"))
        .containsExactly("binary", "ping A", "pong B", "end 0102");
  }

  @Test
  void clientFramesMustBeMasked() {
    refused(Role.SERVER, 1002, "8105 48656C6C6F");
  }

  @Test
  void serverFramesMustNotBeMasked() {
    refused(Role.CLIENT, 1002, "8185" + MASK + "7F9F4D5158");
  }

  @Test
  void reservedBitsAreRefusedWhereNothingWasAgreed() {
    for (String first : new String[] {"C1", "A1", "91", "F1"}) {
      refused(Role.CLIENT, 1002, first + "00");
    }
  }

  @Test
  void theCompressionBitIsForTheFirstFrameOfAMessage() {
    assertThat(read(Role.CLIENT, true, "C200")).containsExactly("binary compressed", "end ");
    assertThat(read(Role.CLIENT, true, "0200 C000")).last().asString().startsWith("violation 1002");
    assertThat(read(Role.CLIENT, true, "C900")).last().asString().startsWith("violation 1002");
    assertThat(read(Role.CLIENT, true, "A200")).last().asString().startsWith("violation 1002");
  }

  @Test
  void reservedOpcodesAreRefused() {
    for (int opcode : new int[] {3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF}) {
      refused(Role.CLIENT, 1002, String.format(Locale.ROOT, "%02X00", 0x80 | opcode));
    }
  }

  @Test
  void controlFramesAreShortAndWhole() {
    refused(Role.CLIENT, 1002, "0900");
    refused(Role.CLIENT, 1002, "897E 007E");
    refused(Role.CLIENT, 1002, "8801 03");
  }

  @Test
  void fragmentsKeepTheirOrder() {
    refused(Role.CLIENT, 1002, "8000");
    refused(Role.CLIENT, 1002, "0200 8200");
  }

  @Test
  void aLengthIsAsShortAsItCanBe() {
    refused(Role.CLIENT, 1002, "827E 007D");
    refused(Role.CLIENT, 1002, "827F 000000000000FFFF");
    refused(Role.CLIENT, 1002, "827F 8000000000000000");
  }

  @Test
  void aMessageOverTheLimitIsRefusedByItsLengthAlone() {
    refused(Role.CLIENT, 1009, "827F 0000000000100001");
    refused(Role.CLIENT, 1009, "0201 00 807F 0000000000100000");
  }

  @Test
  void fragmentsAreBounded() {
    refused(Role.CLIENT, 1008, "0201 41" + "0001 41".repeat(20));
    recorder.calls.clear();
    assertThat(read(Role.CLIENT, "0201 41" + "0001 41".repeat(8) + "8001 41"))
        .containsExactly("binary", "end " + "41".repeat(10));
  }

  @Test
  void closeCodesThatMayNotBeSentAreRefused() {
    for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535}) {
      refused(Role.CLIENT, 1002, String.format(Locale.ROOT, "8802 %04X", code));
    }
    for (int code : new int[] {1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999}) {
      recorder.calls.clear();
      assertThat(read(Role.CLIENT, String.format(Locale.ROOT, "8802 %04X", code)))
          .containsExactly("close " + code + " ");
    }
  }

  @Test
  void aCloseReasonIsUtf8() {
    assertThat(read(Role.CLIENT, "8804 03E8 C3A4")).containsExactly("close 1000 ä");
    refused(Role.CLIENT, 1007, "8804 03E8 C328");
    recorder.calls.clear();
    assertThat(read(Role.CLIENT, "8800")).containsExactly("close 1005 ");
  }

  @Test
  void nothingIsReadAfterAClose() {
    assertThat(read(Role.CLIENT, "8800 8105 48656C6C6F", "8900")).containsExactly("close 1005 ");
  }
}
