import { ErrorCode } from "../codes.js";
import { WirelaceError, type Fault } from "../error.js";
import { COMPRESSED, HEADER_BYTES, HEADERS, ID_OFFSET, KIND_MASK, kindName, ROUTED } from "./header.js";
import { decodeHeaders, measureHeaders, NO_HEADERS, type MessageHeaders } from "./headers.js";
import { inflate } from "./lz4.js";
import { decodeUtf8 } from "./text.js";

/** A 64-bit id: a number as far as numbers are exact, a bigint beyond. So equal ids are equal as map keys. */
export type FrameId = number | bigint;

/** ERROR and GOAWAY: `i32 code, u8 retryable, u32 retry-after ms`, then text. */
const FAULT_BYTES = 9;

/** The protocol version spoken here. */
export const VERSION = 1;

export interface Greeting {
  readonly version: number;
  readonly headers: MessageHeaders;
}

/** A plain copy. Not by `slice`, which is a mere view where the bytes are a Buffer of Node. */
function copy(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return new Uint8Array(bytes.subarray(from, to));
}

/**
 * A frame in place: a view that the decoder moves from frame to frame, valid until it moves on. What `route()`,
 * `headers()` and `body()` return are copies. All of them throw WirelaceError -648 (-649: does not inflate) for a
 * payload that is malformed; the frame's boundary is safe all the same.
 */
export class Frame {
  type = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  #start = 0;
  #end = 0;
  #routeStart = 0;
  #headersStart = 0;
  #bodyStart = 0;

  /** @internal */
  attach(bytes: Uint8Array, view: DataView): void {
    this.#bytes = bytes;
    this.#view = view;
  }

  /** @internal Moves to the complete, judged frame from `at` to `end`. */
  moveTo(at: number, end: number, type: number): void {
    this.#start = at;
    this.#end = end;
    this.type = type;
    this.#bodyStart = -1;
  }

  get kind(): number {
    return this.type & KIND_MASK;
  }

  get id(): FrameId {
    const high = this.#view.getUint32(this.#start + ID_OFFSET);
    const low = this.#view.getUint32(this.#start + ID_OFFSET + 4);
    return high < 0x200000 ? high * 0x1_0000_0000 + low : (BigInt(high) << 32n) | BigInt(low);
  }

  /** Bytes of the whole frame, the length field included. */
  get totalBytes(): number {
    return this.#end - this.#start;
  }

  /** A copy of the payload as it came. */
  payload(): Uint8Array {
    return copy(this.#bytes, this.#start + HEADER_BYTES, this.#end);
  }

  get payloadBytes(): number {
    return this.#end - this.#start - HEADER_BYTES;
  }

  #locate(): void {
    if (this.#bodyStart >= 0) {
      return;
    }
    let next = this.#start + HEADER_BYTES;
    if (this.type & ROUTED) {
      const length = next < this.#end ? this.#view.getUint8(next) : 0;
      if (length === 0) {
        throw new WirelaceError(ErrorCode.DECODE_FAILED, "route block is empty");
      }
      if (next + 1 + length > this.#end) {
        throw new WirelaceError(ErrorCode.DECODE_FAILED, "route block is cut off");
      }
      this.#routeStart = next + 1;
      next += 1 + length;
    }
    if (this.type & HEADERS) {
      this.#headersStart = next;
      next += measureHeaders(this.#view, next, this.#end);
    }
    this.#bodyStart = next;
  }

  /** The route, empty where there is none. */
  route(): string {
    if (!(this.type & ROUTED)) {
      return "";
    }
    this.#locate();
    const length = this.#view.getUint8(this.#routeStart - 1);
    return decodeUtf8(this.#bytes.subarray(this.#routeStart, this.#routeStart + length), "the route");
  }

  headers(): MessageHeaders {
    if (!(this.type & HEADERS)) {
      return NO_HEADERS;
    }
    this.#locate();
    return decodeHeaders(this.#bytes, this.#view, this.#headersStart);
  }

  /** A copy of the body, inflated (to at most `most` bytes) if it came compressed. */
  body(most: number): Uint8Array {
    this.#locate();
    return this.type & COMPRESSED
      ? inflate(this.#bytes.subarray(this.#bodyStart, this.#end), most)
      : copy(this.#bytes, this.#bodyStart, this.#end);
  }

  /** What an ERROR or GOAWAY says. */
  fault(): Fault {
    this.#locate();
    const at = this.#bodyStart;
    if (this.#end - at < FAULT_BYTES) {
      throw new WirelaceError(
        ErrorCode.DECODE_FAILED,
        `${kindName(this.type)} of ${this.#end - at} bytes (expected 9 or more)`,
      );
    }
    return {
      code: this.#view.getInt32(at),
      retryable: this.#view.getUint8(at + 4) !== 0,
      retryAfterMs: this.#view.getUint32(at + 5),
      text: decodeUtf8(this.#bytes.subarray(at + FAULT_BYTES, this.#end), "the text of an error"),
    };
  }

  /** What a HELLO or WELCOME says. What follows a version that is not spoken here is not ours to read. */
  greeting(): Greeting {
    const at = this.#start + HEADER_BYTES;
    if (this.#end - at < 2) {
      throw new WirelaceError(ErrorCode.DECODE_FAILED, `${kindName(this.type)} without a version`);
    }
    const version = this.#view.getUint16(at);
    if (version !== VERSION) {
      return { version, headers: NO_HEADERS };
    }
    if (at + 2 + measureHeaders(this.#view, at + 2, this.#end) !== this.#end) {
      throw new WirelaceError(ErrorCode.DECODE_FAILED, `${kindName(this.type)} has bytes after its header block`);
    }
    return { version, headers: decodeHeaders(this.#bytes, this.#view, at + 2) };
  }
}
