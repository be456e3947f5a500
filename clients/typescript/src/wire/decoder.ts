import { ErrorCode } from "../codes.js";
import { fault, type Fault } from "../error.js";
import { Frame } from "./frame.js";
import { isLegalType, Kind, kindName, KIND_MASK, MIN_LENGTH, TYPE_OFFSET, type Role } from "./header.js";

export interface FrameSink {
  /** The frame is valid during the call. */
  onFrame(frame: Frame): void;
  /** The framing is broken: nothing is decoded any more. */
  onViolation(fault: Fault): void;
}

/** An incomplete frame begins with so much room, and grows with what has really come. */
const FIRST_KEPT_BYTES = 4096;

/** More than this is not kept for the next incomplete frame. */
const MOST_KEPT_AT_REST = 64 * 1024;

/**
 * Finds frames in chunks of bytes. Complete frames are decoded where they lie; only an incomplete one is kept, and
 * completed with exactly the bytes it lacks. Length and type are judged as soon as they are there, so that a frame that
 * will be refused is never buffered.
 */
export class FrameDecoder {
  readonly #role: Role;
  readonly #maxFrameBytes: number;
  readonly #sink: FrameSink;
  readonly #frame = new Frame();
  #kept = new Uint8Array(0);
  #keptBytes = 0;
  #first = true;
  #live = true;

  constructor(role: Role, maxFrameBytes: number, sink: FrameSink) {
    this.#role = role;
    this.#maxFrameBytes = maxFrameBytes;
    this.#sink = sink;
  }

  /** Whether the bytes so far end within a frame. */
  get midFrame(): boolean {
    return this.#keptBytes > 0;
  }

  /** Takes no more. */
  stop(): void {
    this.#live = false;
    this.#kept = new Uint8Array(0);
    this.#keptBytes = 0;
  }

  feed(chunk: Uint8Array): void {
    let at = 0;
    while (this.#live && this.#keptBytes > 0 && at < chunk.length) {
      at = this.#complete(chunk, at);
    }
    if (this.#live && at < chunk.length) {
      this.#walk(chunk, at);
    }
  }

  #walk(chunk: Uint8Array, from: number): void {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    let at = from;
    while (this.#live && chunk.length - at > TYPE_OFFSET) {
      const length = view.getUint32(at);
      const type = view.getUint8(at + TYPE_OFFSET);
      if (!this.#judgeLength(length) || !this.#judgeType(type)) {
        return;
      }
      const end = at + 4 + length;
      if (end > chunk.length) {
        break;
      }
      this.#deliver(chunk, view, at, end, type);
      at = end;
    }
    const left = chunk.length - at;
    if (this.#live && left > 0 && (left < 4 || this.#judgeLength(view.getUint32(at)))) {
      this.#keep(chunk, at, left);
    }
  }

  /** Adds to the kept frame what it lacks for its next judgement; returns where the rest begins. */
  #complete(chunk: Uint8Array, at: number): number {
    const have = this.#keptBytes;
    const target = have < 4 ? 4 : have < 5 ? 5 : 4 + this.#keptView().getUint32(0);
    const taken = Math.min(target - have, chunk.length - at);
    this.#keep(chunk, at, taken);
    if (this.#keptBytes < target) {
      return at + taken;
    }
    const view = this.#keptView();
    if (target === 4) {
      this.#judgeLength(view.getUint32(0));
    } else if (target === 5) {
      this.#judgeType(view.getUint8(TYPE_OFFSET));
    } else {
      this.#keptBytes = 0;
      this.#deliver(this.#kept, view, 0, target, view.getUint8(TYPE_OFFSET));
      if (this.#kept.length > MOST_KEPT_AT_REST) {
        this.#kept = new Uint8Array(0);
      }
    }
    return at + taken;
  }

  #keptView(): DataView {
    return new DataView(this.#kept.buffer);
  }

  #keep(chunk: Uint8Array, at: number, count: number): void {
    const bytes = this.#keptBytes + count;
    if (bytes > this.#kept.length) {
      const grown = new Uint8Array(Math.min(Math.max(FIRST_KEPT_BYTES, 2 * bytes), 4 + this.#maxFrameBytes));
      grown.set(this.#kept.subarray(0, this.#keptBytes));
      this.#kept = grown;
    }
    this.#kept.set(chunk.subarray(at, at + count), this.#keptBytes);
    this.#keptBytes = bytes;
  }

  #deliver(bytes: Uint8Array, view: DataView, at: number, end: number, type: number): void {
    if (this.#role === "server" || (type & KIND_MASK) === Kind.WELCOME) {
      this.#first = false;
    }
    this.#frame.attach(bytes, view);
    this.#frame.moveTo(at, end, type);
    this.#sink.onFrame(this.#frame);
  }

  #judgeLength(length: number): boolean {
    if (length < MIN_LENGTH) {
      this.#violation(ErrorCode.PROTOCOL_ERROR, `frame length ${length} (expected ${MIN_LENGTH} or more)`);
    } else if (length > this.#maxFrameBytes) {
      this.#violation(
        ErrorCode.MESSAGE_TOO_LARGE,
        `frame length ${length} (at most ${this.#maxFrameBytes} allowed)`,
      );
    }
    return this.#live;
  }

  #judgeType(type: number): boolean {
    if (!isLegalType(type, this.#role, this.#first)) {
      const hex = type.toString(16).toUpperCase().padStart(2, "0");
      this.#violation(ErrorCode.PROTOCOL_ERROR, `frame type 0x${hex} (${kindName(type)}) is not allowed here`);
    }
    return this.#live;
  }

  #violation(code: number, text: string): void {
    this.stop();
    this.#sink.onViolation(fault(code, text));
  }
}

