/**
 * The framing of WebSocket (RFC 6455, section 5), a client's side: frames of the server in, masked frames out.
 *
 *  FIN RSV opcode | MASK length 7 | length 16 or 64 | masking key 32 | payload
 */

export const Opcode = {
  CONTINUATION: 0,
  TEXT: 1,
  BINARY: 2,
  CLOSE: 8,
  PING: 9,
  PONG: 10,
} as const;

/** Control frames carry at most so much. */
const MOST_CONTROL_BYTES = 125;

export interface WebSocketSink {
  /** A part of a binary message; valid during the call. */
  onPayload(bytes: Uint8Array): void;
  onMessageEnd(): void;
  /** PING, PONG or CLOSE; a copy. */
  onControl(opcode: number, payload: Uint8Array): void;
  /** The server broke a rule of the RFC: nothing is decoded any more. */
  onBroken(text: string): void;
}

/** Decodes what a server sends. Payload of messages is passed on as it comes, and never collected. */
export class WebSocketDecoder {
  readonly #sink: WebSocketSink;
  readonly #head = new Uint8Array(10);
  #headBytes = 0;
  #left = 0;
  #opcode = 0;
  #final = false;
  #inMessage = false;
  #control = new Uint8Array(0);
  #inPayload = false;
  #live = true;

  constructor(sink: WebSocketSink) {
    this.#sink = sink;
  }

  stop(): void {
    this.#live = false;
  }

  feed(bytes: Uint8Array): void {
    let at = 0;
    while (this.#live && at < bytes.length) {
      if (!this.#inPayload) {
        this.#head[this.#headBytes++] = bytes[at++] as number;
        this.#judgeHead();
      } else {
        const count = Math.min(this.#left, bytes.length - at);
        this.#payload(bytes.subarray(at, at + count));
        at += count;
      }
    }
  }

  #judgeHead(): void {
    const [first = 0, second = 0] = this.#head;
    if (this.#headBytes === 1) {
      this.#judgeFirst(first);
      return;
    }
    const short = second & 0x7f;
    if (this.#headBytes === 2) {
      if (second & 0x80) {
        this.#broken("a masked frame");
      } else if (first & 8 && (short > MOST_CONTROL_BYTES || !(first & 0x80))) {
        this.#broken("a control frame that is fragmented or over 125 bytes");
      } else if (short < 126) {
        this.#begin(short);
      }
    } else if (short === 126 && this.#headBytes === 4) {
      const length = new DataView(this.#head.buffer).getUint16(2);
      length < 126 ? this.#broken("a length that is not minimal") : this.#begin(length);
    } else if (this.#headBytes === 10) {
      const view = new DataView(this.#head.buffer);
      const length = view.getUint32(2) * 0x1_0000_0000 + view.getUint32(6);
      const sane = length > 0xffff && length <= Number.MAX_SAFE_INTEGER;
      sane ? this.#begin(length) : this.#broken("a length that is not minimal, or beyond all bounds");
    }
  }

  #judgeFirst(first: number): void {
    const opcode = first & 15;
    if (first & 0x70) {
      this.#broken("reserved bits are set");
    } else if (opcode === Opcode.TEXT) {
      this.#broken("a text message (expected binary ones)");
    } else if (opcode === Opcode.CONTINUATION ? !this.#inMessage : opcode === Opcode.BINARY && this.#inMessage) {
      this.#broken("fragments out of order");
    } else if (opcode > Opcode.PONG || (opcode > Opcode.BINARY && opcode < Opcode.CLOSE)) {
      this.#broken(`opcode ${opcode}`);
    }
  }

  #begin(length: number): void {
    this.#opcode = (this.#head[0] as number) & 15;
    this.#final = ((this.#head[0] as number) & 0x80) !== 0;
    this.#headBytes = 0;
    this.#left = length;
    this.#inPayload = true;
    if (this.#opcode >= Opcode.CLOSE) {
      this.#control = new Uint8Array(length);
    } else {
      this.#inMessage = true;
    }
    if (length === 0) {
      this.#finish();
    }
  }

  #payload(part: Uint8Array): void {
    if (this.#opcode >= Opcode.CLOSE) {
      this.#control.set(part, this.#control.length - this.#left);
    } else {
      this.#sink.onPayload(part);
    }
    this.#left -= part.length;
    if (this.#left === 0) {
      this.#finish();
    }
  }

  #finish(): void {
    this.#inPayload = false;
    if (!this.#live) {
      return;
    }
    if (this.#opcode >= Opcode.CLOSE) {
      this.#sink.onControl(this.#opcode, this.#control);
    } else if (this.#final) {
      this.#inMessage = false;
      this.#sink.onMessageEnd();
    }
  }

  #broken(text: string): void {
    this.#live = false;
    this.#sink.onBroken(text);
  }
}

/** The header of a final frame with a masking key of four bytes. */
export function frameHead(opcode: number, length: number, mask: Uint8Array): Uint8Array {
  const extra = length < 126 ? 0 : length <= 0xffff ? 2 : 8;
  const head = new Uint8Array(2 + extra + 4);
  const view = new DataView(head.buffer);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) {
    view.setUint16(2, length);
  } else if (extra === 8) {
    view.setUint32(2, Math.floor(length / 0x1_0000_0000));
    view.setUint32(6, length >>> 0);
  }
  head.set(mask, 2 + extra);
  return head;
}

/** Masks in place. */
export function maskBytes(bytes: Uint8Array, mask: Uint8Array): void {
  let at = 0;
  if (bytes.byteOffset % 4 === 0) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
    const word = new Uint32Array(mask.slice().buffer)[0] as number; // both in the machine's byte order
    for (let i = 0; i < words.length; i++) {
      words[i] = (words[i] as number) ^ word;
    }
    at = words.length * 4;
  }
  for (; at < bytes.length; at++) {
    bytes[at] = (bytes[at] as number) ^ (mask[at & 3] as number);
  }
}
