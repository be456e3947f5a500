package io.wirelace.wire;

import io.wirelace.error.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes down what a decoder finds, in the spelling of the vectors. */
final class RecordingSink implements FrameSink {
  final List<String> frames = new ArrayList<>();
  final WireLimits limits;
  @Nullable Fault violation;
  int batchFrames;
  long batchBytes;
  int batches;

  RecordingSink(WireLimits limits) {
    this.limits = limits;
  }

  @Override
  public void onFrame(Frame frame) {
    if (violation != null) {
      throw new AssertionError("a frame after the violation " + violation);
    }
    frames.add(describe(frame, limits));
  }

  @Override
  public void onBatchEnd(int count, int bytes) {
    batches++;
    batchFrames += count;
    batchBytes += bytes;
  }

  @Override
  public void onViolation(Fault fault) {
    if (violation != null) {
      throw new AssertionError("a second violation " + fault + " after " + violation);
    }
    violation = fault;
  }

  int violationCode() {
    Fault fault = violation;
    return fault == null ? 0 : fault.number();
  }

  static String describe(Frame frame, WireLimits limits) {
    Map<String, String> fields = new TreeMap<>();
    try {
      addPayload(frame, limits, fields);
    } catch (MalformedFrameException e) {
      fields.clear();
      fields.put("error", Integer.toString(e.code().number()));
    }
    int type = frame.type();
    List<String> flags = new ArrayList<>();
    if ((type & FrameHeader.COMPRESSED) != 0) {
      flags.add("\"COMPRESSED\"");
    }
    if ((type & FrameHeader.ROUTED) != 0) {
      flags.add("\"ROUTED\"");
    }
    if ((type & FrameHeader.HEADERS) != 0) {
      flags.add("\"HEADERS\"");
    }
    fields.put("kind", FrameHeader.name(type));
    fields.put("flags", "[" + String.join(",", flags) + "]");
    fields.put("id", Long.toUnsignedString(frame.id()));
    return fields.toString();
  }

  private static void addPayload(Frame frame, WireLimits limits, Map<String, String> fields)
      throws MalformedFrameException {
    switch (frame.kind()) {
      case FrameHeader.REQUEST,
          FrameHeader.RESPONSE,
          FrameHeader.NOTIFICATION,
          FrameHeader.ITEM -> {
        frame.locate();
        if ((frame.type() & FrameHeader.ROUTED) != 0) {
          fields.put("route", frame.route());
        }
        addHeaders(frame, limits, fields);
        fields.put("body", Vector.digest(frame.body(limits)));
      }
      case FrameHeader.ERROR, FrameHeader.GOAWAY -> {
        Fault fault = frame.fault();
        addHeaders(frame, limits, fields);
        fields.put("code", Integer.toString(fault.number()));
        fields.put("retryable", Boolean.toString(fault.retryable()));
        fields.put("retry-after-ms", Long.toString(fault.retryAfter().toMillis()));
        // An empty text is shown as the registry's meaning of the code.
        fields.put("text", frame.bodyLength() == 9 ? "" : fault.message());
      }
      case FrameHeader.HELLO, FrameHeader.WELCOME -> {
        Greeting greeting = frame.greeting(limits);
        fields.put("version", Integer.toString(greeting.version()));
        fields.put("headers", pairs(greeting.headers()));
      }
      default -> fields.put("payload", Vector.digest(payload(frame)));
    }
  }

  private static void addHeaders(Frame frame, WireLimits limits, Map<String, String> fields)
      throws MalformedFrameException {
    if ((frame.type() & FrameHeader.HEADERS) != 0) {
      fields.put("headers", pairs(frame.headers(limits)));
    }
  }

  private static String pairs(Headers headers) {
    return headers.asMap().entrySet().stream()
        .map(e -> "[\"" + e.getKey() + "\",\"" + e.getValue() + "\"]")
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static byte[] payload(Frame frame) {
    byte[] bytes = new byte[frame.payloadLength()];
    IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) frame.payloadByte(i));
    return bytes;
  }
}
