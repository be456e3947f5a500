package io.wirelace.http.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufUtil;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Greeting;
import io.wirelace.wire.Headers;
import io.wirelace.wire.MalformedFrameException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Which text stands for which frame. */
class JsonFramesTest {
  private static String frame(String text) throws MalformedJsonException {
    return ByteBufUtil.hexDump(JsonReader.frame(text.getBytes(UTF_8))).toUpperCase(Locale.ROOT);
  }

  private static String body(String json) throws MalformedJsonException {
    byte[] frame =
        JsonReader.frame(("{\"type\":\"notification\",\"body\":" + json + "}").getBytes(UTF_8));
    return new String(frame, FrameHeader.BYTES, frame.length - FrameHeader.BYTES, UTF_8);
  }

  private static String text(int type, long id, byte[] payload) throws MalformedFrameException {
    ByteBuffer bytes = ByteBuffer.wrap(FrameEncoder.frame(type, id, payload));
    Frame frame = new Frame();
    frame.moveTo(bytes, 0);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    return JsonWriter.write(frame, out) ? out.toString(UTF_8) : "";
  }

  private static String answer(byte[] body) throws MalformedFrameException {
    String text = text(FrameHeader.RESPONSE, 1, body);
    String start = "{\"type\":\"response\",\"id\":1,";
    assertThat(text).startsWith(start).endsWith("}");
    return text.substring(start.length(), text.length() - 1);
  }

  private static String answer(String body) throws MalformedFrameException {
    return answer(body.getBytes(UTF_8));
  }

  private static void refused(String text, long id, String why) {
    assertThatThrownBy(() -> frame(text))
        .isInstanceOfSatisfying(MalformedJsonException.class, e -> assertThat(e.id()).isEqualTo(id))
        .hasMessageContaining(why);
  }

  @Test
  void anErrorWithoutAnIdIsAboutTheConnection() throws Exception {
    assertThat(frame("{\"type\":\"error\",\"code\":-605,\"message\":\"no\"}"))
        .isEqualTo("00000014040000000000000000FFFFFDA300000000006E6F");
    refused("{\"type\":\"error\",\"id\":0,\"code\":-605}", 0, "no id");
  }

  @Test
  void aNumberThatIsTooLargeIsNamed() {
    refused("{\"type\":\"request\",\"id\":9223372036854775808}", 0, "id (expected a whole number");
    refused("{\"type\":\"error\",\"id\":2,\"code\":99999999999999999999}", 2, "code (expected");
  }

  @Test
  void theExamplesOfTheWireSpecificationHaveTheirTexts() throws Exception {
    assertThat(frame("{\"type\":\"request\",\"id\":1,\"body\":\"ping\"}"))
        .isEqualTo("0000000D00000000000000000170696E67");
    assertThat(frame("{\"type\":\"request\",\"id\":2,\"route\":\"echo\",\"body\":\"hi\"}"))
        .isEqualTo("00000010400000000000000002046563686F6869");
    assertThat(frame("{\"type\":\"notification\",\"body\":\"x\"}"))
        .isEqualTo("0000000A02000000000000000078");
    assertThat(frame("{\"type\":\"heartbeat\"}")).isEqualTo("00000009030000000000000000");
    assertThat(frame("{\"type\":\"cancel\",\"id\":7}")).isEqualTo("00000009080000000000000007");
    assertThat(frame("{\"type\":\"response\",\"id\":1,\"body\":\"pong\"}"))
        .isEqualTo("0000000D010000000000000001706F6E67");
  }

  @Test
  void membersComeInAnyOrder() throws Exception {
    assertThat(frame("{\"body\":\"hi\",\"route\":\"echo\",\"id\":2,\"type\":\"request\"}"))
        .isEqualTo("00000010400000000000000002046563686F6869");
  }

  @Test
  void aBodyIsTheTextOfAStringAndTheJsonOfEverythingElse() throws Exception {
    assertThat(body("\"a\\u00e4\\n\"")).isEqualTo("aä\n");
    assertThat(body("\"\"")).isEmpty();
    assertThat(body("null")).isEmpty();
    assertThat(body("12.50")).isEqualTo("12.50");
    assertThat(body("true")).isEqualTo("true");
    assertThat(body("{ \"a\" : [1, {\"ä\":2}] }")).isEqualTo("{ \"a\" : [1, {\"ä\":2}] }");
    assertThat(body("[]")).isEqualTo("[]");
    assertThat(frame("{\"type\":\"notification\",\"base64\":\"AP8=\"}"))
        .isEqualTo("0000000B02000000000000000000FF");
  }

  @Test
  void headersAreStringsAndNumbersAndTruths() throws Exception {
    assertThat(frame("{\"type\":\"request\",\"id\":1,\"headers\":{\"deadline-ms\":50}}"))
        .isEqualTo("0000001B800000000000000001" + "0001" + "0B646561646C696E652D6D73" + "00023530");
    refused("{\"type\":\"request\",\"id\":1,\"headers\":{\"A\":\"b\"}}", 1, "lower case");
    refused("{\"type\":\"request\",\"id\":1,\"headers\":{\"a\":[]}}", 1, "header a");
  }

  @Test
  void anErrorHasItsCodeAndItsRetry() throws Exception {
    assertThat(frame("{\"type\":\"error\",\"id\":2,\"code\":-645,\"message\":\"no\"}"))
        .isEqualTo("00000014040000000000000002FFFFFD7B00000000006E6F");
    assertThat(frame("{\"type\":\"error\",\"id\":2,\"code\":-647,\"retryAfterMs\":9}"))
        .isEqualTo("00000012040000000000000002FFFFFD790100000009");
    byte[] payload = FrameEncoder.faultPayload(Fault.of(ErrorCode.NO_ROUTE, "no such"));
    assertThat(text(FrameHeader.ERROR, 2, payload))
        .isEqualTo(
            "{\"type\":\"error\",\"id\":2,\"code\":-645,\"name\":\"no_route\",\"retryable\":false,"
                + "\"message\":\"no such\"}");
  }

  @Test
  void whatIsNoMessageIsRefusedWithItsIdWhereThatIsKnown() {
    refused("", 0, "expected an object");
    refused("hello", 0, "not JSON at line 1");
    refused("[1]", 0, "expected an object");
    refused("{}", 0, "no type");
    refused("{\"type\":\"request\"}", 0, "no id");
    refused("{\"type\":\"request\",\"id\":0}", 0, "no id");
    refused("{\"type\":\"request\",\"id\":-1}", 0, "id (expected");
    refused("{\"type\":\"request\",\"id\":1.5}", 0, "id (expected");
    refused("{\"type\":\"request\",\"id\":99999999999999999999}", 0, "");
    refused("{\"type\":\"request\",\"id\":3,\"rout\":\"echo\"}", 3, "unknown member rout");
    refused("{\"type\":\"request\",\"id\":3,\"route\":5}", 3, "route (expected");
    refused("{\"id\":3,\"type\":\"banana\"}", 3, "type banana");
    refused("{\"id\":3,\"type\":\"request\"", 3, "");
    refused("{\"id\":3,\"type\":\"request\"} {}", 3, "more than one");
    refused("{\"id\":3,\"id\":3,\"type\":\"request\"}", 3, "");
    refused("{\"id\":3,\"type\":\"request\",\"base64\":\"?\"}", 3, "");
    refused("{\"id\":3,\"type\":\"request\",\"body\":1,\"base64\":\"\"}", 3, "one of them");
    refused("{\"id\":3,\"type\":\"request\",\"body\":" + "[".repeat(5000), 3, "");
    refused("{\"id\":3,\"type\":\"request\",\"route\":\"" + "r".repeat(256) + "\"}", 3, "256");
    refused("{\"id\":3,\"type\":\"notification\"}", 3, "no id");
  }

  @Test
  void anAnswerIsADocumentOrAStringOrBase64() throws Exception {
    assertThat(answer("pong")).isEqualTo("\"body\":\"pong\"");
    assertThat(answer("")).isEqualTo("\"body\":\"\"");
    assertThat(answer("{\"a\": [1]}")).isEqualTo("\"body\":{\"a\": [1]}");
    assertThat(answer("[1,2]")).isEqualTo("\"body\":[1,2]");
    assertThat(answer("{\"a\": [1]} x")).isEqualTo("\"body\":\"{\\\"a\\\": [1]} x\"");
    assertThat(answer("[1")).isEqualTo("\"body\":\"[1\"");
    assertThat(answer("42")).isEqualTo("\"body\":\"42\"");
    assertThat(answer(new byte[] {0, (byte) 0xFF})).isEqualTo("\"base64\":\"AP8=\"");
  }

  @Test
  void theGreetingAgreesToNothingThatNeedsBinary() throws Exception {
    byte[] hello =
        JsonReader.frame(
            "{\"type\":\"hello\",\"headers\":{\"client\":\"me\",\"features\":\"lz4\"}}"
                .getBytes(UTF_8));
    assertThat(new String(hello, UTF_8)).contains("client").doesNotContain("lz4");
    byte[] welcome =
        FrameEncoder.greetingPayload(new Greeting(1, Headers.NONE.with("session", "s")));
    assertThat(text(FrameHeader.WELCOME, 0, welcome))
        .isEqualTo("{\"type\":\"welcome\",\"version\":1,\"headers\":{\"session\":\"s\"}}");
  }

  @Test
  void framesWithoutATextAreLeftOut() throws Exception {
    assertThat(text(FrameHeader.CREDIT, 1, new byte[4])).isEmpty();
  }

  @Test
  void halvesOfSurrogatePairsAreRefusedAndPairsAreNot() throws Exception {
    String half = "\\ud800";
    refused("{\"type\":\"request\",\"id\":1,\"body\":\"" + half + "\"}", 1, "body has half");
    refused("{\"type\":\"request\",\"id\":1,\"route\":\"" + half + "\"}", 1, "route has half");
    refused("{\"id\":1,\"headers\":{\"a\":\"" + half + "x\"}}", 1, "header a has half");
    refused("{\"id\":1,\"headers\":{\"" + half + "\":\"x\"}}", 1, "not JSON");
    refused("{\"id\":1,\"message\":\"\\udc00\\ud800\"}", 1, "message has half");
    assertThat(body("\"\\ud83d\\ude00\"")).isEqualTo("\ud83d\ude00");
  }

  @Test
  void noErrorNamesTheParser() {
    for (String text :
        new String[] {
          "hello",
          "{\"id\":3,\"type\":\"request\"",
          "{\"id\":3,\"id\":3}",
          "{\"id\":1,\"base64\":\"?\"}",
          "{\"id\":1,\"body\":" + "[".repeat(5000),
          "{\"id\":01}",
          "{\"id\":1,\"body\":\"\\x\"}",
          "{\"id\":" + "9".repeat(5000) + "}",
        }) {
      assertThatThrownBy(() -> frame(text))
          .isInstanceOf(MalformedJsonException.class)
          .message()
          .isNotEmpty()
          .doesNotContainIgnoringCase("Stream", "jackson", "java", "token", "Object");
    }
  }
}
