package io.wirelace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The golden vectors: hex in, callbacks out, and back. */
class VectorsTest {
  /** Longer vectors are cut at some offsets only. */
  private static final int ALL_OFFSETS_BYTES = 4096;

  static List<Vector> vectors() {
    return Vector.all();
  }

  static List<Vector> canonical() {
    return Vector.all().stream().filter(Vector::canonical).toList();
  }

  @Test
  void namesAreDistinctAndEveryKindIsThere() {
    List<Vector> all = Vector.all();
    assertThat(all).extracting(Vector::name).doesNotHaveDuplicates().hasSizeGreaterThan(200);
    for (int kind = 0; kind <= FrameHeader.HANDSHAKE; kind++) {
      String expected = "kind=" + FrameHeader.name(kind);
      assertThat(all).anyMatch(v -> v.canonical() && v.frames().toString().contains(expected));
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void aVectorIsDecodedWhole(Vector vector) {
    check(vector, feed(vector, vector.bytes().length));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void aVectorCutInTwoAnywhereIsDecodedTheSame(Vector vector) {
    int length = vector.bytes().length;
    for (int cut = 1; cut < Math.min(length, ALL_OFFSETS_BYTES); cut++) {
      check(vector, feed(vector, cut, length - cut));
      if (length > ALL_OFFSETS_BYTES && cut > 40) {
        cut += length > 1 << 20 ? 2000 : 500;
      }
    }
    if (length > ALL_OFFSETS_BYTES) {
      check(vector, feed(vector, length - 1, 1));
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void aVectorByteByByteIsDecodedTheSame(Vector vector) {
    int length = Math.min(vector.bytes().length, 100_000);
    int[] sizes = new int[length + 1];
    Arrays.fill(sizes, 0, length, 1);
    sizes[length] = vector.bytes().length - length;
    check(vector, feed(vector, sizes));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void aViolationIsJudgedAtItsByteAndNotBefore(Vector vector) {
    if (vector.violation() == 0) {
      return;
    }
    int at = vector.decidedAt();
    assertThat(feed(vector, at - 1).violation).isNull();
    assertThat(feed(vector, at).violationCode()).isEqualTo(vector.violation());
  }

  @ParameterizedTest
  @MethodSource("canonical")
  void anEncoderMakesTheSameBytes(Vector vector) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (JsonNode frame : vector.fields()) {
      out.writeBytes(encode(frame));
    }
    assertThat(Vector.digest(out.toByteArray())).isEqualTo(Vector.digest(vector.bytes()));
  }

  private static RecordingSink feed(Vector vector, int... sizes) {
    RecordingSink sink = new RecordingSink(vector.limits());
    FrameDecoder decoder = new FrameDecoder(vector.role(), vector.limits(), sink);
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    try {
      int at = 0;
      for (int size : sizes) {
        channel.writeInbound(Unpooled.wrappedBuffer(vector.bytes(), at, size).copy());
        at += size;
      }
      if (at == vector.bytes().length && vector.lives()) {
        assertThat(decoder.midFrame()).as("bytes are left over").isFalse();
      }
    } finally {
      channel.finishAndReleaseAll();
    }
    return sink;
  }

  private static void check(Vector vector, RecordingSink sink) {
    assertThat(sink.frames).isEqualTo(vector.frames());
    assertThat(sink.violationCode()).isEqualTo(vector.violation());
    assertThat(sink.violation == null).isEqualTo(vector.lives());
    assertThat(sink.batchFrames).isEqualTo(vector.frames().size());
  }

  private static byte[] encode(JsonNode frame) {
    int type = kind(frame.get("kind").asString());
    for (JsonNode flag : frame.get("flags")) {
      type |=
          flag.asString().equals("ROUTED")
              ? FrameHeader.ROUTED
              : flag.asString().equals("HEADERS") ? FrameHeader.HEADERS : FrameHeader.COMPRESSED;
    }
    long id = Long.parseUnsignedLong(frame.get("id").asString());
    byte[] route = frame.has("route") ? Frame.routeBytes(frame.get("route").asString()) : null;
    Headers headers = headers(frame);
    byte[] body = body(frame, headers);
    if (frame.has("version")) {
      headers = Headers.NONE; // they are in the payload
    }
    int bytes = FrameEncoder.frameBytes(route, headers, body.length, FrameHeader.MAX_LENGTH);
    java.nio.ByteBuffer out = java.nio.ByteBuffer.allocate(bytes);
    assertThat(FrameEncoder.flags(route, headers)).isEqualTo(type & ~FrameHeader.KIND_MASK);
    FrameEncoder.header(out, 0, type, id, bytes);
    FrameEncoder.payload(out, 0, route, headers, body);
    return out.array();
  }

  private static byte[] body(JsonNode frame, Headers headers) {
    if (frame.has("version")) {
      return FrameEncoder.greetingPayload(new Greeting(frame.get("version").asInt(), headers));
    }
    if (frame.has("code")) {
      return FrameEncoder.faultPayload(
          new Fault(
              frame.get("code").asInt(),
              frame.get("text").asString(),
              frame.get("retryable").asBoolean(),
              Duration.ofMillis(frame.get("retry-after-ms").asLong()),
              null));
    }
    return frame.has("payload")
        ? HexFormat.of().parseHex(frame.get("payload").asString())
        : Vector.bytes(frame, "body", "body-fill");
  }

  private static Headers headers(JsonNode frame) {
    Map<String, String> map = new LinkedHashMap<>();
    for (JsonNode pair : frame.path("headers")) {
      map.put(pair.get(0).asString(), pair.get(1).asString());
    }
    return Headers.of(map);
  }

  private static int kind(String name) {
    for (int kind = 0; kind <= FrameHeader.HANDSHAKE; kind++) {
      if (FrameHeader.name(kind).equals(name)) {
        return kind;
      }
    }
    throw new AssertionError("kind " + name);
  }

  @Test
  void theCodesOfTheVectorsAreInTheRegistry() {
    for (Vector vector : Vector.all()) {
      if (vector.violation() != 0) {
        assertThat(ErrorCode.of(vector.violation())).isPresent();
      }
    }
  }
}
