import { ErrorCode } from "../codes.js";
import { WirelaceError } from "../error.js";

/** `u8 algorithm, u32 uncompressed bytes`, in front of the data. */
const PREFIX_BYTES = 5;

function damaged(text: string): WirelaceError {
  return new WirelaceError(ErrorCode.DECOMPRESSION_FAILED, text);
}

/**
 * Inflates a compressed body. LZ4 alone: a peer uses it only after this side has offered it, and Zstd is never offered.
 *
 * @param most the most bytes it may inflate to; judged before anything is inflated
 */
export function inflate(body: Uint8Array, most: number): Uint8Array {
  if (body.length < PREFIX_BYTES) {
    throw damaged(`a compressed body of ${body.length} bytes (expected 5 or more)`);
  }
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const algorithm = view.getUint8(0);
  const size = view.getUint32(1);
  if (size > most) {
    throw damaged(`body inflates to ${size} bytes (at most ${most} allowed)`);
  }
  if (algorithm !== 1) {
    throw damaged(`compression algorithm ${algorithm} (only 1, LZ4, is spoken here)`);
  }
  const data = body.subarray(PREFIX_BYTES);
  // LZ4 gains at most 255:1, so a larger claim is a lie that costs no memory to refute.
  if (size > 255 * data.length) {
    throw damaged(`LZ4 body of ${data.length} bytes claims to inflate to ${size}`);
  }
  const out = new Uint8Array(size);
  const written = inflateBlock(data, out);
  if (written !== size) {
    throw damaged(`LZ4 body inflates to ${written} bytes instead of ${size}`);
  }
  return out;
}

/** The LZ4 block format: sequences of a token, literals, and a match that copies earlier output. */
function inflateBlock(data: Uint8Array, out: Uint8Array): number {
  let at = 0;
  let to = 0;
  const next = (): number => {
    const byte = data[at++];
    if (byte === undefined) {
      throw damaged("LZ4 data is cut off");
    }
    return byte;
  };
  const length = (nibble: number): number => {
    let total = nibble;
    if (nibble === 15) {
      let more: number;
      do {
        more = next();
        total += more;
      } while (more === 255);
    }
    return total;
  };
  for (;;) {
    const token = next();
    const literals = length(token >> 4);
    if (literals > data.length - at || literals > out.length - to) {
      throw damaged("LZ4 literals do not fit");
    }
    out.set(data.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === data.length) {
      return to;
    }
    const offset = next() | (next() << 8);
    const match = length(token & 15) + 4;
    if (offset === 0 || offset > to || match > out.length - to) {
      throw damaged("an LZ4 match does not fit");
    }
    if (offset >= match) {
      out.copyWithin(to, to - offset, to - offset + match);
      to += match;
    } else {
      for (const end = to + match; to < end; to++) {
        out[to] = out[to - offset] as number; // overlapping: byte after byte
      }
    }
  }
}
