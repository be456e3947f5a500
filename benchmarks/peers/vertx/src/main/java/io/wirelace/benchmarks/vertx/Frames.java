package io.wirelace.benchmarks.vertx;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.parsetools.RecordParser;

/** Frames of a 32-bit length and a body, by Vert.x's own parser. */
final class Frames implements Handler<Buffer> {
  private static final int LENGTH_BYTES = 4;

  private final RecordParser parser = RecordParser.newFixed(LENGTH_BYTES);
  private final Handler<Buffer> onBody;
  private boolean atLength = true;

  private Frames(Handler<Buffer> onBody) {
    this.onBody = onBody;
  }

  /** What to set as a socket's handler. */
  static Handler<Buffer> parser(Handler<Buffer> onBody) {
    Frames frames = new Frames(onBody);
    frames.parser.handler(frames);
    return frames.parser;
  }

  static Buffer of(byte[] body) {
    return Buffer.buffer(LENGTH_BYTES + body.length).appendInt(body.length).appendBytes(body);
  }

  static Buffer of(Buffer body) {
    return Buffer.buffer(LENGTH_BYTES + body.length()).appendInt(body.length()).appendBuffer(body);
  }

  @Override
  public void handle(Buffer part) {
    if (atLength) {
      atLength = false;
      parser.fixedSizeMode(part.getInt(0));
    } else {
      atLength = true;
      onBody.handle(part);
      parser.fixedSizeMode(LENGTH_BYTES);
    }
  }
}
