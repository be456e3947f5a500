package io.wirelace.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One entry of {@code vectors/frames.json}, whose README says what its fields mean. */
record Vector(
    String name,
    Role role,
    WireLimits limits,
    byte[] bytes,
    List<String> frames,
    JsonNode fields,
    int violation,
    int decidedAt,
    boolean lives,
    boolean canonical) {

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  static List<Vector> all() {
    try (InputStream in = Vector.class.getResourceAsStream("/vectors/frames.json")) {
      JsonNode file = JsonMapper.shared().readTree(Objects.requireNonNull(in, "frames.json"));
      List<Vector> vectors = new ArrayList<>();
      for (JsonNode node : file.get("vectors")) {
        vectors.add(of(node));
      }
      return vectors;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Vector of(JsonNode node) {
    int limit = node.path("limits").path("max-frame-bytes").asInt(FrameHeader.MAX_LENGTH);
    List<String> frames = new ArrayList<>();
    for (JsonNode frame : node.get("frames")) {
      frames.add(normal(frame));
    }
    return new Vector(
        node.get("name").asString(),
        node.get("role").asString().equals("server") ? Role.SERVER : Role.CLIENT,
        new WireLimits(limit, WireLimits.DEFAULT.maxHeaders()),
        bytes(node, "hex", "fill"),
        frames,
        node.get("frames"),
        node.path("violation").path("code").asInt(0),
        node.path("violation").path("decided-at").asInt(-1),
        node.get("connection").asString().equals("lives"),
        node.get("canonical").asBoolean());
  }

  static byte[] bytes(JsonNode node, String hex, String fill) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(HEX.parseHex(node.path(hex).asString("")));
    if (node.has(fill)) {
      byte[] more = new byte[node.get(fill).get("count").asInt()];
      Arrays.fill(more, HEX.parseHex(node.get(fill).get("byte").asString())[0]);
      out.writeBytes(more);
    }
    return out.toByteArray();
  }

  /** A frame's fields in an order and spelling that can be compared. */
  private static String normal(JsonNode frame) {
    TreeMap<String, String> sorted = new TreeMap<>();
    for (String name : frame.propertyNames()) {
      JsonNode value = frame.get(name);
      if (name.equals("body-fill")) {
        sorted.put("body", digest(bytes(frame, "none", "body-fill")));
      } else if (name.equals("body") || name.equals("payload")) {
        sorted.put(name, digest(HEX.parseHex(value.asString())));
      } else {
        sorted.put(name, value.isValueNode() ? value.asString() : value.toString());
      }
    }
    return sorted.toString();
  }

  /** Bytes as they are compared: hex, or length and hash where that is long. */
  static String digest(byte[] bytes) {
    return bytes.length <= 256
        ? HEX.formatHex(bytes)
        : bytes.length + " bytes, hash " + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return name;
  }
}
