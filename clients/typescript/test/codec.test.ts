import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ErrorCode, isRetryable, labelOf } from "../src/codes.js";
import { WirelaceError } from "../src/error.js";
import { backoffMs } from "../src/options.js";
import { encodeFrame, faultPayload, plainFrame, type FrameParts } from "../src/wire/encoder.js";
import type { FrameId } from "../src/wire/frame.js";
import { Kind, MAX_LENGTH } from "../src/wire/header.js";
import { encodeHeaders } from "../src/wire/headers.js";
import { inflate } from "../src/wire/lz4.js";
import { bodyBytes, NO_BYTES, routeBytes, utf8 } from "../src/wire/text.js";
import { decode, hex, type Fields } from "./recording.js";
import { root } from "./lace.js";
import { Seeded } from "./seeded.js";

function code(expected: number): (e: unknown) => boolean {
  return (e) => e instanceof WirelaceError && e.code === expected;
}

test("the codes are those of the documentation, with the same names and the same advice to retry", () => {
  const page = readFileSync(join(root(), "docs/errors.md"), "utf8");
  const rows = [...page.matchAll(/^\| (-\d+) \| (\w+) \|.*\| (yes|no) \|$/gm)];
  assert.ok(rows.length > 40);
  const documented = rows.map(([, number, label, retry]) => [Number(number), label, retry === "yes"]);
  const ours = Object.values(ErrorCode).map((number) => [number, labelOf(number), isRetryable(number)]);
  const sort = (a: unknown[], b: unknown[]): number => (b[0] as number) - (a[0] as number);
  assert.deepEqual(ours.sort(sort), documented.sort(sort));
});

test("ids of 64 bits keep every bit, and equal ids are equal keys", () => {
  const ids: [bigint, FrameId][] = [
    [0n, 0],
    [1n, 1],
    [0xffff_ffffn, 0xffff_ffff],
    [0x1_0000_0001n, 0x1_0000_0001],
    [BigInt(Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER],
    [2n ** 53n, 2n ** 53n],
    [2n ** 53n + 1n, 2n ** 53n + 1n],
    [2n ** 63n + 5n, 2n ** 63n + 5n],
    [2n ** 64n - 1n, 2n ** 64n - 1n],
  ];
  for (const [exact, id] of ids) {
    const frame = encodeFrame(plainFrame(Kind.RESPONSE, id));
    assert.equal(hex(frame.slice(5, 13)), exact.toString(16).toUpperCase().padStart(16, "0"));
    const [found] = decode(frame, [frame.length], "client", MAX_LENGTH).frames;
    assert.equal(found?.["id"], String(exact));
  }
});

test("headers that the wire cannot carry are refused before they are sent", () => {
  const invalid = code(ErrorCode.INVALID_ARGUMENT);
  for (const [key, value] of [
    ["", "x"],
    ["Key", "x"],
    ["k".repeat(256), "x"],
    ["k", "x".repeat(65_536)],
  ] as const) {
    assert.throws(() => encodeHeaders(new Map([[key, value]])), invalid);
  }
  const many = new Map(Array.from({ length: 65 }, (_, i) => [`k${i}`, ""]));
  assert.throws(() => encodeHeaders(many), invalid);
  assert.throws(() => routeBytes("r".repeat(256)), invalid);
  assert.throws(() => routeBytes("ü".repeat(128)), invalid);
  assert.throws(() => bodyBytes(7 as never), invalid);
});

test("a frame may be as large as the length field allows, and no larger", () => {
  const most = new Uint8Array(MAX_LENGTH - 9);
  assert.equal(encodeFrame(plainFrame(Kind.NOTIFICATION, 0, most)).length, 4 + MAX_LENGTH);
  const more = new Uint8Array(MAX_LENGTH - 8);
  assert.throws(() => encodeFrame(plainFrame(Kind.NOTIFICATION, 0, more)), code(ErrorCode.MESSAGE_TOO_LARGE));
});

test("a frame that only claims to be large takes no memory", () => {
  const before = process.memoryUsage().arrayBuffers;
  const decoders = Array.from({ length: 200 }, () => decode(Uint8Array.of(0, 255, 255, 255, 0, 1, 2), [7], "client", MAX_LENGTH));
  assert.ok(decoders.every((decoder) => decoder.midFrame));
  assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024);
});

test("LZ4 matches may overlap themselves, and lie no further back than there is output", () => {
  // "ab", then a match of 10 at distance 2, then the literal "c"
  const block = Buffer.from("26" + "6162" + "0200" + "10" + "63", "hex");
  const body = Buffer.concat([Buffer.from("010000000D", "hex"), block]);
  assert.equal(Buffer.from(inflate(body, 100)).toString(), "abababababab" + "c");
  assert.throws(() => inflate(body, 12), code(ErrorCode.DECOMPRESSION_FAILED));
  body[8] = 3;
  assert.throws(() => inflate(body, 100), code(ErrorCode.DECOMPRESSION_FAILED));
});

test("damaged LZ4 never yields anything but its code", () => {
  const random = new Seeded();
  random.run(() => {
    for (let round = 0; round < 20_000; round++) {
      const body = random.bytes(5 + random.below(40));
      body.set([1, 0, 0, 0, random.below(200)]);
      try {
        assert.equal(inflate(body, 1000).length, body[4]);
      } catch (e) {
        assert.ok(code(ErrorCode.DECOMPRESSION_FAILED)(e), String(e));
      }
    }
  });
});

const FREE_KINDS = [Kind.REQUEST, Kind.RESPONSE, Kind.NOTIFICATION, Kind.ITEM];

function randomFrame(random: Seeded): [FrameParts, Fields] {
  const kind = FREE_KINDS[random.below(4)] as number;
  const routable = kind === Kind.REQUEST || kind === Kind.NOTIFICATION;
  const route = routable ? random.text(40) : "";
  const headers = new Map(Array.from({ length: random.below(4) }, (_, i) => [`${random.text(8)}${i}`, random.text(30)]));
  const body = random.bytes(random.below(8) === 0 ? random.below(20_000) : random.below(60));
  const id = random.below(2) === 0 ? random.below(2 ** 31) : BigInt(random.below(2 ** 31)) * 2n ** 32n + 2n ** 63n;
  const frame = { kind, id, route: routeBytes(route), headers: encodeHeaders(headers), body };
  const flags = [...(route === "" ? [] : ["ROUTED"]), ...(headers.size === 0 ? [] : ["HEADERS"])];
  const fields = {
    kind: Object.keys(Kind)[kind],
    flags,
    id: String(id),
    ...(route === "" ? {} : { route }),
    ...(headers.size === 0 ? {} : { headers: [...headers] }),
    body: hex(body),
  };
  return [frame, fields];
}

test("what was encoded is decoded, however it is cut", () => {
  const random = new Seeded();
  random.run(() => {
    for (let round = 0; round < 300; round++) {
      const made = Array.from({ length: 1 + random.below(8) }, () => randomFrame(random));
      const bytes = Buffer.concat(made.map(([frame]) => encodeFrame(frame)));
      const sizes: number[] = [];
      for (let left = bytes.length; left > 0; ) {
        sizes.push(Math.min(left, 1 + random.below(random.below(2) === 0 ? 20 : 9000)));
        left -= sizes.at(-1) as number;
      }
      const found = decode(bytes, sizes, "server", MAX_LENGTH);
      assert.deepEqual(found.frames, made.map(([, fields]) => fields));
      assert.equal(found.violation, undefined);
    }
  });
});

test("damaged bytes are a violation or a refused frame, whole as in pieces", () => {
  const random = new Seeded();
  random.run(() => {
    for (let round = 0; round < 3000; round++) {
      const parts = Array.from({ length: 3 }, () => encodeFrame(randomFrame(random)[0]));
      parts.push(encodeFrame(plainFrame(Kind.ERROR, 1, faultPayload(new WirelaceError(-645, "ü")))));
      const bytes = Buffer.concat(parts);
      for (let flips = 1 + random.below(4); flips > 0; flips--) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      const whole = decode(bytes, [bytes.length], "client", 100_000);
      const pieces = decode(bytes, new Array<number>(bytes.length).fill(1), "client", 100_000);
      assert.deepEqual(pieces.frames, whole.frames);
      assert.deepEqual(pieces.violation, whole.violation);
    }
  });
});

test("delays double up to the most, and a random half keeps clients apart", () => {
  const settings = { minDelayMs: 100, maxDelayMs: 1000, maxAttempts: 9 };
  const of = (random: number): number[] => [1, 2, 3, 4, 5, 60].map((attempt) => backoffMs(attempt, settings, random));
  assert.deepEqual(of(1), [100, 200, 400, 800, 1000, 1000]);
  assert.deepEqual(of(0), [50, 100, 200, 400, 500, 500]);
});

test("an error says its number, name and text", () => {
  const error = new WirelaceError(ErrorCode.NO_ROUTE, "no route x");
  assert.equal(error.message, "-645 no_route: no route x");
  assert.equal(error.retryable, false);
  assert.equal(new WirelaceError(-999, "").message, "-999 unknown");
  assert.deepEqual(utf8(""), NO_BYTES);
});

test("names that begin with a dollar are the protocol's own, and refused where a user gives them", () => {
  assert.throws(() => routeBytes("$mine"), code(ErrorCode.INVALID_ARGUMENT));
  assert.throws(() => encodeHeaders(new Map([["$mine", "1"]])), code(ErrorCode.INVALID_ARGUMENT));
  assert.equal(routeBytes("mine$").length, 5);
});
