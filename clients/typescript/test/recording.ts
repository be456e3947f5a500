import { faultOf, type Fault } from "../src/error.js";
import { FrameDecoder, type FrameSink } from "../src/wire/decoder.js";
import type { Frame } from "../src/wire/frame.js";
import { COMPRESSED, HEADERS, Kind, kindName, ROUTED, type Role } from "../src/wire/header.js";

/** A frame's fields in the spelling of the golden vectors. */
export type Fields = Record<string, unknown>;

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex").toUpperCase();
}

/** Writes down what a decoder finds. */
export class Recording implements FrameSink {
  readonly frames: Fields[] = [];
  violation: Fault | undefined;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  onFrame(frame: Frame): void {
    if (this.violation !== undefined) {
      throw new Error("a frame after the violation");
    }
    this.frames.push(describe(frame, this.#most));
  }

  onViolation(fault: Fault): void {
    if (this.violation !== undefined) {
      throw new Error("a second violation");
    }
    this.violation = fault;
  }
}

/** Decodes bytes that come in chunks of these sizes. */
export function decode(bytes: Uint8Array, sizes: Iterable<number>, role: Role, most: number): Recording & { midFrame: boolean } {
  const sink = new Recording(most) as Recording & { midFrame: boolean };
  const decoder = new FrameDecoder(role, most, sink);
  let at = 0;
  for (const size of sizes) {
    // A copy that is spoilt afterwards: whoever keeps a view of the chunk is found out.
    const chunk = Buffer.from(bytes.subarray(at, at + size)); // a Buffer, as sockets give
    decoder.feed(chunk);
    chunk.fill(0xee);
    at += size;
  }
  sink.midFrame = decoder.midFrame;
  return sink;
}

export function describe(frame: Frame, most: number): Fields {
  const flags = [
    ...(frame.type & COMPRESSED ? ["COMPRESSED"] : []),
    ...(frame.type & ROUTED ? ["ROUTED"] : []),
    ...(frame.type & HEADERS ? ["HEADERS"] : []),
  ];
  const fields: Fields = { kind: kindName(frame.type), flags, id: String(frame.id) };
  try {
    return { ...fields, ...payload(frame, most) };
  } catch (e) {
    return { ...fields, error: faultOf(e, 0).code };
  }
}

function payload(frame: Frame, most: number): Fields {
  const headers = frame.type & HEADERS ? { headers: [...frame.headers()] } : {};
  switch (frame.kind) {
    case Kind.REQUEST:
    case Kind.RESPONSE:
    case Kind.NOTIFICATION:
    case Kind.ITEM:
      return {
        ...(frame.type & ROUTED ? { route: frame.route() } : {}),
        ...headers,
        body: hex(frame.body(most)),
      };
    case Kind.ERROR:
    case Kind.GOAWAY: {
      const { code, retryable, retryAfterMs, text } = frame.fault();
      return { ...headers, code, retryable, "retry-after-ms": retryAfterMs, text };
    }
    case Kind.HELLO:
    case Kind.WELCOME: {
      const greeting = frame.greeting();
      return { version: greeting.version, headers: [...greeting.headers] };
    }
    default:
      return { payload: hex(frame.payload()) };
  }
}
