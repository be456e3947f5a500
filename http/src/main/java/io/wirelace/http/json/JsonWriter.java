package io.wirelace.http.json;

import io.wirelace.config.Times;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.wire.Frame;
import io.wirelace.wire.FrameHeader;
import io.wirelace.wire.Greeting;
import io.wirelace.wire.Headers;
import io.wirelace.wire.MalformedFrameException;
import io.wirelace.wire.WireLimits;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Turns one native frame into one text message. Stateless. */
final class JsonWriter {
  /** Our own frames are within our own limits; this only opens them. */
  private static final WireLimits LIMITS = new WireLimits(FrameHeader.MAX_LENGTH, 0xFFFF);

  private JsonWriter() {}

  /**
   * Writes the message that a frame stands for.
   *
   * @return false if it stands for none
   */
  static boolean write(Frame frame, OutputStream out) throws MalformedFrameException {
    String type = type(frame.kind());
    if (type.isEmpty()) {
      return false;
    }
    frame.locate();
    try (JsonGenerator json =
        JsonText.FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeStringProperty("type", type);
      if (frame.id() != 0) {
        json.writeName("id").writeNumber(frame.id());
      }
      switch (frame.kind()) {
        case FrameHeader.ERROR, FrameHeader.GOAWAY -> {
          headers(json, frame.headers(LIMITS));
          fault(json, frame.fault());
        }
        case FrameHeader.WELCOME -> greeting(json, frame.greeting(LIMITS));
        case FrameHeader.CANCEL, FrameHeader.HEARTBEAT -> {
          // The type and id say it all.
        }
        default -> {
          if (frame.routeLength() > 0) {
            json.writeStringProperty("route", frame.route());
          }
          headers(json, frame.headers(LIMITS));
          body(json, frame.body(LIMITS));
        }
      }
      json.writeEndObject();
    }
    return true;
  }

  /** Writes an error about a message that was none. */
  static void error(long id, Fault fault, OutputStream out) {
    try (JsonGenerator json =
        JsonText.FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeStringProperty("type", "error");
      if (id != 0) {
        json.writeName("id").writeNumber(id);
      }
      fault(json, fault);
      json.writeEndObject();
    }
  }

  private static String type(int kind) {
    return switch (kind) {
      case FrameHeader.REQUEST -> "request";
      case FrameHeader.RESPONSE -> "response";
      case FrameHeader.NOTIFICATION -> "notification";
      case FrameHeader.HEARTBEAT -> "heartbeat";
      case FrameHeader.ERROR -> "error";
      case FrameHeader.WELCOME -> "welcome";
      case FrameHeader.GOAWAY -> "goaway";
      case FrameHeader.CANCEL -> "cancel";
      default -> "";
    };
  }

  private static void headers(JsonGenerator json, Headers headers) {
    if (headers.isEmpty()) {
      return;
    }
    json.writeName("headers").writeStartObject();
    for (Map.Entry<String, String> header : headers.asMap().entrySet()) {
      json.writeStringProperty(header.getKey(), header.getValue());
    }
    json.writeEndObject();
  }

  private static void fault(JsonGenerator json, Fault fault) {
    json.writeName("code").writeNumber(fault.number());
    json.writeStringProperty("name", ErrorCode.of(fault.number()).map(ErrorCode::label).orElse(""));
    json.writeBooleanProperty("retryable", fault.retryable());
    if (!fault.retryAfter().isZero()) {
      json.writeName("retryAfterMs").writeNumber(Times.ms(fault.retryAfter()));
    }
    json.writeStringProperty("message", fault.message());
  }

  private static void greeting(JsonGenerator json, Greeting greeting) {
    json.writeName("version").writeNumber(greeting.version());
    headers(json, greeting.headers());
  }

  /** An object or array as itself, other text as a string, and what is no text in base64. */
  private static void body(JsonGenerator json, byte[] body) {
    String text = text(body);
    if (text == null) {
      json.writeBinaryProperty("base64", body);
    } else if (JsonText.isDocument(body)) {
      json.writeName("body").writeRawValue(text);
    } else {
      json.writeStringProperty("body", text);
    }
  }

  private static @Nullable String text(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
