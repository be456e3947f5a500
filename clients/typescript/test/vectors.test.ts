import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { encodeFrame, faultPayload, greetingPayload } from "../src/wire/encoder.js";
import { Kind, MAX_LENGTH, type Role } from "../src/wire/header.js";
import { encodeHeaders } from "../src/wire/headers.js";
import { NO_BYTES, utf8 } from "../src/wire/text.js";
import { decode, type Fields, hex } from "./recording.js";
import { root } from "./lace.js";

interface Fill {
  byte: string;
  count: number;
}

interface Vector {
  name: string;
  role: Role;
  limits?: { "max-frame-bytes": number };
  hex: string;
  fill?: Fill;
  frames: Fields[];
  violation?: { code: number; "decided-at": number };
  connection: "lives" | "closed";
  canonical: boolean;
}

/** Bodies that only Zstd inflates, which is never offered: here they are -649, as an unknown algorithm is. */
const ZSTD = ["request-zstd", "response-zstd-rle"];

/** Longer vectors are cut at some offsets only. */
const ALL_OFFSETS_BYTES = 4096;

const vectors = load();

function load(): Vector[] {
  const path = join(root(), "core/src/test/resources/vectors/frames.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { vectors: Vector[] }).vectors;
}

function filled(start: string, fill: Fill | undefined): Uint8Array {
  const more = Buffer.alloc(fill?.count ?? 0, Number.parseInt(fill?.byte ?? "0", 16));
  return Buffer.concat([Buffer.from(start, "hex"), more]);
}

function expected(vector: Vector): Fields[] {
  return vector.frames.map(({ "body-fill": fill, ...frame }) => {
    if (fill !== undefined) {
      return { ...frame, body: hex(filled("", fill as Fill)) };
    }
    if (ZSTD.includes(vector.name) && (frame["flags"] as string[]).includes("COMPRESSED")) {
      return { kind: frame["kind"], flags: frame["flags"], id: frame["id"], error: -649 };
    }
    return frame;
  });
}

function check(vector: Vector, bytes: Uint8Array, sizes: Iterable<number>): void {
  const found = decode(bytes, sizes, vector.role, vector.limits?.["max-frame-bytes"] ?? MAX_LENGTH);
  assert.deepEqual(found.frames, expected(vector));
  assert.equal(found.violation?.code, vector.violation?.code);
  assert.equal(found.violation === undefined, vector.connection === "lives");
  assert.equal(found.midFrame, false, "bytes are left over");
}

test("all golden vectors are there, of every kind, with distinct names", () => {
  assert.ok(vectors.length >= 223, `${vectors.length} vectors`);
  assert.equal(new Set(vectors.map((vector) => vector.name)).size, vectors.length);
  for (const kind of Object.keys(Kind)) {
    assert.ok(vectors.some((vector) => vector.canonical && vector.frames.some((frame) => frame["kind"] === kind)));
  }
  for (const name of ZSTD) {
    assert.ok(vectors.some((vector) => vector.name === name));
  }
});

for (const vector of vectors) {
  const bytes = filled(vector.hex, vector.fill);

  test(`${vector.name} is decoded the same whole, cut in two anywhere, and byte by byte`, () => {
    check(vector, bytes, [bytes.length]);
    const step = bytes.length > 1 << 20 ? 2000 : bytes.length > ALL_OFFSETS_BYTES ? 500 : 1;
    for (let cut = 1; cut < Math.min(bytes.length, ALL_OFFSETS_BYTES); cut += cut > 40 ? step : 1) {
      check(vector, bytes, [cut, bytes.length - cut]);
    }
    const single = Math.min(bytes.length, 100_000);
    check(vector, bytes, [...new Array<number>(single).fill(1), bytes.length - single]);
  });

  if (vector.violation !== undefined) {
    const { code, "decided-at": at } = vector.violation;
    test(`${vector.name} is judged at byte ${at} and not before`, () => {
      const most = vector.limits?.["max-frame-bytes"] ?? MAX_LENGTH;
      assert.equal(decode(bytes, [at - 1], vector.role, most).violation, undefined);
      assert.equal(decode(bytes, [at], vector.role, most).violation?.code, code);
    });
  }

  if (vector.canonical) {
    test(`${vector.name} is what an encoder makes of its fields`, () => {
      assert.equal(hex(Buffer.concat(vector.frames.map(encode))), hex(bytes));
    });
  }
}

function encode(frame: Fields): Uint8Array {
  const given = new Map((frame["headers"] ?? []) as [string, string][]);
  const id = BigInt(frame["id"] as string);
  const greets = frame["version"] !== undefined;
  return encodeFrame({
    kind: Kind[frame["kind"] as keyof typeof Kind],
    id: id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id,
    route: frame["route"] === undefined ? NO_BYTES : utf8(frame["route"] as string),
    headers: greets ? NO_BYTES : encodeHeaders(given),
    body: body(frame, given),
  });
}

function body(frame: Fields, headers: Map<string, string>): Uint8Array {
  if (frame["version"] !== undefined) {
    return greetingPayload({ version: frame["version"] as number, headers });
  }
  if (frame["code"] !== undefined) {
    return faultPayload({
      code: frame["code"] as number,
      text: frame["text"] as string,
      retryable: frame["retryable"] as boolean,
      retryAfterMs: frame["retry-after-ms"] as number,
    });
  }
  if (frame["body-fill"] !== undefined) {
    return filled("", frame["body-fill"] as Fill);
  }
  return Buffer.from((frame["payload"] ?? frame["body"]) as string, "hex");
}
