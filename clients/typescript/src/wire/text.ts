import { ErrorCode } from "../codes.js";
import { WirelaceError } from "../error.js";

const ENCODER = new TextEncoder();
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a message's body may be given as. Text goes as UTF-8. */
export type BodyLike = Uint8Array | ArrayBuffer | string;

export const NO_BYTES = new Uint8Array(0);

/** Text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** UTF-8 as text; a malformed sequence is an error instead of a question mark. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return STRICT.decode(bytes);
  } catch {
    throw new WirelaceError(ErrorCode.DECODE_FAILED, `${what} is not UTF-8`);
  }
}

/** A body's bytes; the caller's own array is not copied here but when it is put into a frame. */
export function bodyBytes(body: BodyLike | undefined): Uint8Array {
  if (body === undefined) {
    return NO_BYTES;
  }
  if (typeof body === "string") {
    return utf8(body);
  }
  if (body instanceof Uint8Array) {
    return body;
  }
  if (body instanceof ArrayBuffer) {
    return new Uint8Array(body);
  }
  throw new WirelaceError(
    ErrorCode.INVALID_ARGUMENT,
    `body: ${Object.prototype.toString.call(body)} (expected a Uint8Array, an ArrayBuffer or a string)`,
  );
}

/** Names that begin with `$` are the protocol's own: a user's are refused with -1. */
export function refuseOwnName(what: string, name: string): void {
  if (name.startsWith("$")) {
    throw new WirelaceError(
      ErrorCode.INVALID_ARGUMENT,
      `${what} ${name} (expected another first letter: names with $ are the protocol's own)`,
    );
  }
}

/** The bytes of a route; none for the empty route, which is the peer's default handler. */
export function routeBytes(route: string): Uint8Array {
  const bytes = utf8(route);
  if (bytes.length > 0xff) {
    throw new WirelaceError(ErrorCode.INVALID_ARGUMENT, `route of ${bytes.length} bytes (expected 0 to 255)`);
  }
  refuseOwnName("route", route);
  return bytes;
}
