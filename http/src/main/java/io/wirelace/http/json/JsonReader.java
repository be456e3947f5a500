package io.wirelace.http.json;

import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.PeerText;
import io.wirelace.error.WirelaceException;
import io.wirelace.wire.FrameEncoder;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Greeting;
import io.wirelace.wire.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamConstraintsException;

/**
 * Turns one text message into one native frame. Members come in any order; one that is unknown is
 * refused, so that a typing mistake does not pass in silence. Used once.
 */
final class JsonReader {
  private static final int MOST_ROUTE_BYTES = 255;

  private final byte[] text;
  private final JsonParser parser;

  private String type = "";
  private long id;
  private boolean hasId;
  private byte @Nullable [] route;
  private Headers headers = Headers.NONE;
  private byte @Nullable [] body;
  private int code = ErrorCode.HANDLER_FAILED.number();
  private @Nullable Boolean retryable;
  private long retryAfterMs;
  private String message = "";
  private int version = Greeting.VERSION;

  private JsonReader(byte[] text, JsonParser parser) {
    this.text = text;
    this.parser = parser;
  }

  /** The frame that a message stands for. */
  static byte[] frame(byte[] text) throws MalformedJsonException {
    try (JsonParser parser =
        JsonText.FACTORY.createParser(ObjectReadContext.empty(), text, 0, text.length)) {
      return new JsonReader(text, parser).read();
    }
  }

  private byte[] read() throws MalformedJsonException {
    try {
      members();
      return frame();
    } catch (JacksonException e) {
      throw malformed(what(e));
    }
  }

  /** Where the text is wrong, in words of our own: the parser's name its classes. */
  private static String what(JacksonException e) {
    if (e instanceof StreamConstraintsException) {
      return "more than " + JsonText.MOST_DEPTH + " levels, or a name or number that is too long";
    }
    String where =
        e.getLocation() == null
            ? ""
            : " at line "
                + e.getLocation().getLineNr()
                + ", column "
                + e.getLocation().getColumnNr();
    return "not JSON" + where + " (a member that comes twice is not, either)";
  }

  /** No encoding has half of a surrogate pair: it would arrive as a question mark. */
  private String whole(String name, String value) throws MalformedJsonException {
    for (int i = 0; i < value.length(); i++) {
      if (Character.isSurrogate(value.charAt(i)) && PeerText.isDangerous(value, i)) {
        throw malformed(shortened(name) + " has half of a surrogate pair");
      }
    }
    return value;
  }

  private MalformedJsonException malformed(String why) {
    return new MalformedJsonException(id, why);
  }

  // ---- members ----

  private void members() throws MalformedJsonException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw malformed(
          "expected an object such as {\"type\":\"request\",\"id\":1,\"route\":\"echo\"}");
    }
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (name) {
        case "type" -> type = string(name, value);
        case "id" -> id(value);
        case "route" -> route(string(name, value));
        case "headers" -> headers(value);
        case "body" -> body(value);
        case "base64" -> base64(value);
        case "code" -> code = (int) number(name, value, Integer.MIN_VALUE, Integer.MAX_VALUE);
        case "retryable" -> retryable = flag(name, value);
        case "retryAfterMs" -> retryAfterMs = number(name, value, 0, 0xFFFF_FFFFL);
        case "message" -> message = string(name, value);
        case "version" -> version = (int) number(name, value, 0, 0xFFFF);
        case "name" -> string(name, value); // of an error's code, for people
        default -> throw malformed("unknown member " + shortened(name));
      }
    }
    if (parser.nextToken() != null) {
      throw malformed("more than one value in a message");
    }
  }

  private String string(String name, JsonToken value) throws MalformedJsonException {
    if (value != JsonToken.VALUE_STRING) {
      throw malformed(name + " (expected a string)");
    }
    return whole(name, parser.getString());
  }

  private long number(String name, JsonToken value, long least, long most)
      throws MalformedJsonException {
    if (value == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      long number = parser.getLongValue();
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw malformed(name + " (expected a whole number, " + least + " to " + most + ")");
  }

  private boolean flag(String name, JsonToken value) throws MalformedJsonException {
    if (value != JsonToken.VALUE_TRUE && value != JsonToken.VALUE_FALSE) {
      throw malformed(name + " (expected true or false)");
    }
    return value == JsonToken.VALUE_TRUE;
  }

  private void id(JsonToken value) throws MalformedJsonException {
    id = number("id", value, 0, Long.MAX_VALUE);
    hasId = true;
  }

  private void route(String name) throws MalformedJsonException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MOST_ROUTE_BYTES) {
      throw malformed("route of " + bytes.length + " bytes (expected 255 or less)");
    }
    route = bytes.length == 0 ? null : bytes;
  }

  private void headers(JsonToken value) throws MalformedJsonException {
    if (value != JsonToken.START_OBJECT) {
      throw malformed("headers (expected an object of strings)");
    }
    Map<String, String> map = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      if (!parser.nextToken().isScalarValue()) {
        throw malformed("header " + shortened(key) + " (expected a string)");
      }
      map.put(whole("a header key", key), whole("header " + key, parser.getString()));
    }
    try {
      headers = Headers.of(map);
    } catch (IllegalArgumentException | WirelaceException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  /** A string is its text, null is empty, everything else is its JSON as it was written. */
  private void body(JsonToken value) throws MalformedJsonException {
    if (body != null) {
      throw malformed("body and base64 (expected one of them)");
    }
    if (value == JsonToken.VALUE_NULL) {
      body = FrameEncoder.NO_BODY;
    } else if (value.isScalarValue()) {
      body = whole("body", parser.getString()).getBytes(StandardCharsets.UTF_8);
    } else {
      int start = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      body = Arrays.copyOfRange(text, start, (int) parser.currentLocation().getByteOffset());
    }
  }

  private void base64(JsonToken value) throws MalformedJsonException {
    if (body != null) {
      throw malformed("body and base64 (expected one of them)");
    }
    if (value != JsonToken.VALUE_STRING) {
      throw malformed("base64 (expected a string)");
    }
    try {
      body = parser.getBinaryValue();
    } catch (JacksonException e) {
      throw malformed("base64 (expected base64)");
    }
  }

  private static String shortened(String name) {
    return name.length() <= 40 ? name : name.substring(0, 40) + "...";
  }

  // ---- the frame ----

  private byte[] frame() throws MalformedJsonException {
    return switch (type) {
      case "request" -> call(FrameHeader.REQUEST);
      case "notification" -> {
        if (hasId && id != 0) {
          throw malformed("a notification has no id");
        }
        yield call(FrameHeader.NOTIFICATION);
      }
      case "response" -> {
        requireId();
        yield payload(FrameHeader.RESPONSE, null, headers, bodyOrEmpty());
      }
      case "error" -> {
        if (hasId) { // without one it is about the connection
          requireId();
        }
        yield fault(FrameHeader.ERROR);
      }
      case "goaway" -> fault(FrameHeader.GOAWAY);
      case "cancel" -> {
        requireId();
        yield payload(FrameHeader.CANCEL, null, Headers.NONE, FrameEncoder.NO_BODY);
      }
      case "heartbeat" -> payload(FrameHeader.HEARTBEAT, null, Headers.NONE, FrameEncoder.NO_BODY);
      case "hello" ->
          payload(FrameHeader.HELLO, null, Headers.NONE, FrameEncoder.greetingPayload(greeting()));
      case "" -> throw malformed("no type");
      default ->
          throw malformed(
              "type "
                  + shortened(type)
                  + " (expected request, notification, response, error, cancel, heartbeat, hello or"
                  + " goaway)");
    };
  }

  /** Without the features that need binary frames. */
  private Greeting greeting() {
    return new Greeting(version, headers.with("features", "headers"));
  }

  private void requireId() throws MalformedJsonException {
    if (!hasId || id == 0) {
      throw malformed("no id (expected the number of a request)");
    }
  }

  private byte[] call(int kind) throws MalformedJsonException {
    if (kind == FrameHeader.REQUEST) {
      requireId();
    }
    return payload(kind, route, headers, bodyOrEmpty());
  }

  private byte[] bodyOrEmpty() {
    byte[] given = body;
    return given == null ? FrameEncoder.NO_BODY : given;
  }

  private byte[] fault(int kind) {
    Boolean given = retryable;
    boolean again =
        given == null
            ? ErrorCode.of(code).map(ErrorCode::retryable).orElse(false)
            : given.booleanValue();
    Fault fault = new Fault(code, message, again, Duration.ofMillis(retryAfterMs), null);
    return payload(kind, null, headers, FrameEncoder.faultPayload(fault));
  }

  private byte[] payload(int kind, byte @Nullable [] to, Headers with, byte[] content) {
    int bytes = FrameHeader.BYTES + content.length + blockBytes(to, with);
    ByteBuffer frame = ByteBuffer.allocate(bytes);
    FrameEncoder.header(frame, 0, kind | FrameEncoder.flags(to, with), id, bytes);
    FrameEncoder.payload(frame, 0, to, with, content);
    return frame.array();
  }

  private static int blockBytes(byte @Nullable [] to, Headers with) {
    return FrameEncoder.frameBytes(to, with, 0, FrameHeader.MAX_LENGTH) - FrameHeader.BYTES;
  }
}
