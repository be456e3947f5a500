package io.wirelace.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer after which the connection is closed. Immutable.
 *
 * @param status its status
 * @param fields fields of its own; length, type and what keeps browsers from misusing it are added
 * @param type the body's media type
 * @param body the body
 */
record HttpAnswer(HttpStatus status, Map<String, String> fields, String type, String body) {
  static final String TEXT = "text/plain; charset=utf-8";

  HttpAnswer {
    fields = Map.copyOf(fields);
  }

  /** A refusal, with one sentence for a person. */
  static HttpAnswer of(HttpStatus status, String why) {
    return new HttpAnswer(status, Map.of(), TEXT, status + ": " + why + "\n");
  }

  /** This, with one more field. */
  HttpAnswer with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(fields);
    more.put(name, value);
    return new HttpAnswer(status, more, type, body);
  }

  /** The bytes; without the body in answer to HEAD. */
  ByteBuf encode(ByteBufAllocator allocator, boolean withBody) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(512);
    head.append("HTTP/1.1 ").append(status).append("\r\n");
    fields.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Content-Type: ").append(type).append("\r\n");
    head.append("Content-Length: ").append(content.length).append("\r\n");
    head.append("Cache-Control: no-store\r\n");
    head.append("X-Content-Type-Options: nosniff\r\n");
    head.append("Connection: close\r\n\r\n");
    ByteBuf out = allocator.directBuffer(head.length() + content.length);
    ByteBufUtil.writeAscii(out, head);
    return withBody ? out.writeBytes(content) : out;
  }
}
