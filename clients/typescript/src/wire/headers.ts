import { ErrorCode } from "../codes.js";
import { WirelaceError } from "../error.js";
import { MAX_HEADERS } from "./header.js";
import { decodeUtf8, NO_BYTES, refuseOwnName, utf8 } from "./text.js";

/** The headers of a message: a few texts by lower-case key. */
export type MessageHeaders = ReadonlyMap<string, string>;

/** Headers as they are given: an object, a map, or pairs. */
export type HeadersLike = Readonly<Record<string, string>> | Iterable<readonly [string, string]>;

export const NO_HEADERS: MessageHeaders = new Map();

const UPPER_CASE = /\p{Uppercase}/u;

function malformed(text: string): WirelaceError {
  return new WirelaceError(ErrorCode.DECODE_FAILED, text);
}

function invalid(text: string): WirelaceError {
  return new WirelaceError(ErrorCode.INVALID_ARGUMENT, text);
}

/** Headers as a map. A key that comes twice keeps its last value. */
export function headersOf(given: HeadersLike | undefined): Map<string, string> {
  if (given === undefined) {
    return new Map();
  }
  return new Map(Symbol.iterator in given ? (given as Iterable<[string, string]>) : Object.entries(given));
}

/**
 * The header block: `u16 count`, then `u8 n, key, u16 m, value` each; no bytes where there are no headers.
 *
 * @throws WirelaceError -1 for a key that is empty, not lower case or over 255 bytes, a value over 65,535 bytes, or
 *   more than 64 headers
 */
export function encodeHeaders(headers: MessageHeaders): Uint8Array {
  return headers.size === 0 ? NO_BYTES : headerBlock(headers);
}

/** As `encodeHeaders`, with the count even where it is 0: HELLO and WELCOME always have a block. */
export function headerBlock(headers: MessageHeaders): Uint8Array {
  if (headers.size > MAX_HEADERS) {
    throw invalid(`${headers.size} headers (at most ${MAX_HEADERS} allowed)`);
  }
  const texts: Uint8Array[] = [];
  let bytes = 2;
  for (const [key, value] of headers) {
    const keyBytes = utf8(key);
    const valueBytes = utf8(String(value));
    if (keyBytes.length === 0 || keyBytes.length > 0xff) {
      throw invalid(`header key of ${keyBytes.length} bytes (expected 1 to 255)`);
    }
    if (UPPER_CASE.test(key)) {
      throw invalid(`header key ${key} (expected lower case)`);
    }
    refuseOwnName("header key", key);
    if (valueBytes.length > 0xffff) {
      throw invalid(`value of header ${key} of ${valueBytes.length} bytes (at most 65535 allowed)`);
    }
    texts.push(keyBytes, valueBytes);
    bytes += 1 + keyBytes.length + 2 + valueBytes.length;
  }
  const out = new Uint8Array(bytes);
  const view = new DataView(out.buffer);
  view.setUint16(0, headers.size);
  let at = 2;
  texts.forEach((text, i) => {
    if (i % 2 === 0) {
      view.setUint8(at, text.length);
      at += 1;
    } else {
      view.setUint16(at, text.length);
      at += 2;
    }
    out.set(text, at);
    at += text.length;
  });
  return out;
}

/** The bytes of a header block, found without decoding its texts. */
export function measureHeaders(view: DataView, at: number, end: number): number {
  const need = (holds: boolean) => {
    if (!holds) {
      throw malformed("header block is cut off");
    }
  };
  need(end - at >= 2);
  const count = view.getUint16(at);
  let next = at + 2;
  for (let i = 0; i < count; i++) {
    need(end - next >= 1);
    const key = view.getUint8(next);
    if (key === 0) {
      throw malformed("header key is empty");
    }
    need(end - next >= 1 + key + 2);
    const value = view.getUint16(next + 1 + key);
    next += 1 + key + 2;
    need(end - next >= value);
    next += value;
  }
  return next - at;
}

/** Decodes a header block that `measureHeaders` has measured. */
export function decodeHeaders(bytes: Uint8Array, view: DataView, at: number): MessageHeaders {
  const count = view.getUint16(at);
  if (count === 0) {
    return NO_HEADERS;
  }
  if (count > MAX_HEADERS) {
    throw malformed(`more than ${MAX_HEADERS} headers: ${count}`);
  }
  const headers = new Map<string, string>();
  let next = at + 2;
  for (let i = 0; i < count; i++) {
    const keyEnd = next + 1 + view.getUint8(next);
    const key = decodeUtf8(bytes.subarray(next + 1, keyEnd), "a header key");
    next = keyEnd + 2 + view.getUint16(keyEnd);
    const value = decodeUtf8(bytes.subarray(keyEnd + 2, next), `the value of header ${key}`);
    if (UPPER_CASE.test(key)) {
      throw malformed(`header key ${key} is not lower case`);
    }
    if (headers.has(key)) {
      throw malformed(`header key ${key} is repeated`);
    }
    headers.set(key, value);
  }
  return headers;
}
