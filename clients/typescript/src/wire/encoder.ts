import { ErrorCode } from "../codes.js";
import { WirelaceError, type Fault } from "../error.js";
import { HEADER_BYTES, HEADERS, ID_OFFSET, MAX_LENGTH, ROUTED, TYPE_OFFSET } from "./header.js";
import { headerBlock } from "./headers.js";
import { NO_BYTES, utf8 } from "./text.js";
import type { FrameId, Greeting } from "./frame.js";

/** The parts of a frame, encoded but for the header. */
export interface FrameParts {
  /** The kind; flags for route and headers are added. */
  readonly kind: number;
  readonly id: FrameId;
  /** No bytes: no route block. */
  readonly route: Uint8Array;
  /** A header block, or no bytes. */
  readonly headers: Uint8Array;
  readonly body: Uint8Array;
}

/** A frame that is a header and a payload. */
export function plainFrame(kind: number, id: FrameId, body: Uint8Array = NO_BYTES): FrameParts {
  return { kind, id, route: NO_BYTES, headers: NO_BYTES, body };
}

/**
 * Bytes of the whole frame.
 *
 * @param maxLength the greatest length field that the peer takes
 * @throws WirelaceError -642 if the frame is larger
 */
export function frameBytes(frame: FrameParts, maxLength = MAX_LENGTH): number {
  const route = frame.route.length === 0 ? 0 : 1 + frame.route.length;
  const bytes = HEADER_BYTES + route + frame.headers.length + frame.body.length;
  if (bytes - 4 > maxLength) {
    throw new WirelaceError(
      ErrorCode.MESSAGE_TOO_LARGE,
      `frame length ${bytes - 4} (the peer takes at most ${maxLength})`,
    );
  }
  return bytes;
}

/** Writes a frame of `bytes` bytes (as `frameBytes` says) at `at`. */
export function writeFrame(out: Uint8Array, at: number, frame: FrameParts, bytes: number): void {
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  const flags = (frame.route.length > 0 ? ROUTED : 0) | (frame.headers.length > 0 ? HEADERS : 0);
  view.setUint32(at, bytes - 4);
  view.setUint8(at + TYPE_OFFSET, frame.kind | flags);
  writeId(view, at + ID_OFFSET, frame.id);
  let next = at + HEADER_BYTES;
  if (frame.route.length > 0) {
    view.setUint8(next, frame.route.length);
    out.set(frame.route, next + 1);
    next += 1 + frame.route.length;
  }
  out.set(frame.headers, next);
  out.set(frame.body, next + frame.headers.length);
}

function writeId(view: DataView, at: number, id: FrameId): void {
  if (typeof id === "bigint") {
    view.setBigUint64(at, id);
  } else {
    view.setUint32(at, Math.floor(id / 0x1_0000_0000));
    view.setUint32(at + 4, id >>> 0);
  }
}

/** A frame alone. */
export function encodeFrame(frame: FrameParts): Uint8Array {
  const bytes = frameBytes(frame);
  const out = new Uint8Array(bytes);
  writeFrame(out, 0, frame, bytes);
  return out;
}

/** The payload of ERROR and GOAWAY. */
export function faultPayload(fault: Fault): Uint8Array {
  const text = utf8(fault.text);
  const out = new Uint8Array(9 + text.length);
  const view = new DataView(out.buffer);
  view.setInt32(0, fault.code);
  view.setUint8(4, fault.retryable ? 1 : 0);
  view.setUint32(5, Math.min(fault.retryAfterMs, 0xffffffff));
  out.set(text, 9);
  return out;
}

/** The payload of HELLO and WELCOME. */
export function greetingPayload(greeting: Greeting): Uint8Array {
  const block = headerBlock(greeting.headers);
  const out = new Uint8Array(2 + block.length);
  new DataView(out.buffer).setUint16(0, greeting.version);
  out.set(block, 2);
  return out;
}
