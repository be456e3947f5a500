import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as net from "node:net";
import { test, type TestContext } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { Client, connect, ErrorCode, WirelaceError, type ClientOptions, type WebSocketConstructor } from "../src/node.js";
import { frameHead, maskBytes, WebSocketDecoder } from "../src/link/rfc6455.js";
import { FrameDecoder } from "../src/wire/decoder.js";
import { encodeFrame, greetingPayload, plainFrame } from "../src/wire/encoder.js";
import { Kind, MAX_LENGTH } from "../src/wire/header.js";
import { hex } from "./recording.js";
import { Arrivals } from "./fake-server.js";
import { Seeded } from "./seeded.js";

const WELCOME = encodeFrame(plainFrame(Kind.WELCOME, 0, greetingPayload({ version: 1, headers: new Map() })));

/** The same client over our own WebSocket and over one that looks like a browser's. */
const WAYS: { name: string; options: ClientOptions }[] = [
  { name: "our WebSocket", options: {} },
  { name: "a browser's WebSocket", options: { webSocket: WebSocket as unknown as WebSocketConstructor } },
];

function has(code: number, text = /./): (e: unknown) => boolean {
  return (e) => e instanceof WirelaceError && e.code === code && text.test(e.message);
}

/** A server by npm's `ws` that welcomes, and echoes requests; messages for its test are in `got`. */
async function foreign(t: TestContext): Promise<{ url: string; server: WebSocketServer; got: Arrivals<Buffer>; sockets: Arrivals<WebSocket> }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", path: "/lace" });
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => {
    server.clients.forEach((socket) => socket.terminate());
    server.close();
  });
  const got = new Arrivals<Buffer>();
  const sockets = new Arrivals<WebSocket>();
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    const decoder = new FrameDecoder("server", MAX_LENGTH, {
      onFrame: (frame) => {
        if (frame.kind === Kind.HELLO) {
          socket.send(WELCOME);
        } else if (frame.kind === Kind.REQUEST) {
          socket.send(encodeFrame(plainFrame(Kind.RESPONSE, frame.id, frame.body(MAX_LENGTH))));
        }
      },
      onViolation: (fault) => assert.fail(fault.text),
    });
    socket.on("message", (data: Buffer, binary) => {
      assert.ok(binary);
      decoder.feed(data);
      assert.ok(!decoder.midFrame, "a message ends within a frame");
      got.add(data);
    });
    sockets.add(socket);
  });
  return { url: `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}`, server, got, sockets };
}

async function open(t: TestContext, url: string, options: ClientOptions): Promise<Client> {
  const client = new Client(url, { reconnect: false, closeTimeoutMs: 500, ...options });
  t.after(() => client.close());
  return client.open();
}

for (const { name, options } of WAYS) {
  test(`${name}: what one tick sends is one binary message, under the subprotocol and the path`, async (t) => {
    const { url, got, sockets } = await foreign(t);
    const client = await open(t, url, options);
    assert.equal((await sockets.next()).protocol, "lace.v1");
    await got.next(); // HELLO
    for (let i = 0; i < 100; i++) {
      await client.send("x", "0123456789");
    }
    assert.equal((await got.next()).length, 100 * (13 + 2 + 10));
    for (const size of [0, 1, 124, 125, 126, 127, 65_500, 65_535, 65_536, 65_537, 1_000_000]) {
      const body = new Uint8Array(size).fill(7);
      assert.ok(Buffer.from(await client.request("", body)).equals(body), String(size));
    }
  });

  test(`${name}: fragments and pings between them are taken, and pings are answered`, async (t) => {
    const { url, got, sockets } = await foreign(t);
    const seen = new Arrivals<string>();
    const client = await open(t, url, { ...options, handlers: { "": (message) => seen.add(message.text()) } });
    const socket = await sockets.next();
    await got.next();
    const pong = new Arrivals<string>();
    socket.on("pong", (data) => pong.add(data.toString()));
    const frame = encodeFrame(plainFrame(Kind.NOTIFICATION, 0, Buffer.from("in pieces")));
    for (let at = 0; at < frame.length; at++) {
      socket.send(frame.subarray(at, at + 1), { fin: at === frame.length - 1 });
      if (at === 5) {
        socket.ping("are you there");
      }
    }
    assert.equal(await seen.next(), "in pieces");
    assert.equal(await pong.next(), "are you there");
    assert.ok(client.isOpen);
  });

  test(`${name}: text, and a message that ends within a frame, break the protocol`, async (t) => {
    const { url, sockets } = await foreign(t);
    for (const message of ["text", WELCOME.subarray(0, 8)]) {
      const client = await open(t, url, options);
      (await sockets.next()).send(message);
      assert.equal((await client.closed).fault.code, ErrorCode.PROTOCOL_ERROR);
    }
  });

  test(`${name}: a close says its code and reason, and closing is done by handshake`, async (t) => {
    const { url, sockets } = await foreign(t);
    const client = await open(t, url, options);
    (await sockets.next()).close(4001, "maintenance");
    const { fault, initiator } = await client.closed;
    assert.deepEqual([fault.code, initiator], [ErrorCode.CONNECTION_CLOSED, "remote"]);
    assert.match(fault.text, /4001, maintenance/);

    const other = await open(t, url, options);
    const socket = await sockets.next();
    const closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
    void other.send("x", new Uint8Array(500_000));
    await other.close();
    assert.equal(await closed, 1000);
  });

  test(`${name}: send waits for a server that does not read`, async (t) => {
    const { url, sockets, got } = await foreign(t);
    const client = await open(t, url, { ...options, outboundBytes: 100_000 });
    await got.next();
    const socket = await sockets.next();
    socket.pause();
    const body = new Uint8Array(100_000);
    let accepted = 0;
    while (client.trySend("x", body) !== "dropped") {
      accepted++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await assert.rejects(client.send("x", "", { timeoutMs: 20 }), has(ErrorCode.QUEUE_FULL));
    socket.resume();
    await client.send("x", "last");
    for (let i = 0; i < accepted; i++) {
      await got.next();
    }
    assert.equal((await got.next()).length, 13 + 2 + 4);
  });
}

test("a browser's WebSocket cannot be held back: what the handlers do not take is dropped, counted and told", async (t) => {
  const { url, sockets } = await foreign(t);
  const webSocket = WebSocket as unknown as WebSocketConstructor;
  let release: () => void = () => undefined;
  let seen = 0;
  const handle = (): Promise<void> | undefined => (++seen === 1 ? new Promise((resolve) => (release = resolve)) : undefined);
  const client = await open(t, url, { webSocket, mailboxMessages: 10, handlers: { "": handle } });
  const socket = await sockets.next();
  const note = encodeFrame(plainFrame(Kind.NOTIFICATION, 0));
  const ask = encodeFrame(plainFrame(Kind.REQUEST, 9));
  const answered = new Promise<Buffer>((resolve) => socket.once("message", resolve));
  socket.send(Buffer.concat([...new Array<Uint8Array>(100).fill(note), ask]));
  const answer = await answered;
  assert.equal(answer[4], Kind.ERROR);
  assert.equal(answer.readInt32BE(13), ErrorCode.QUEUE_FULL);
  assert.equal(client.counters.dropped["queue-full"], 89); // one is with the handler, ten wait
  release();
  await client.request("", "alive");
  assert.equal(seen, 11);
});

/** A server of bytes: answers the upgrade properly, then says what it is given. */
async function raw(t: TestContext, after: Uint8Array | ((key: string) => string)): Promise<string> {
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (request) => {
      const key = /sec-websocket-key: (\S+)/i.exec(request.toString())?.[1] ?? "";
      const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      if (typeof after === "function") {
        socket.end(after(accept));
      } else {
        const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
        socket.write(Buffer.concat([Buffer.from(head), Buffer.of(0x82, WELCOME.length), WELCOME, after]));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/lace`;
}

const BROKEN = {
  "masked frames": "828100000000AA",
  "reserved bits": "C200",
  "an unknown opcode": "8300",
  "a continuation of nothing": "8000",
  "a message within a message": "02000200",
  "a fragmented ping": "0900",
  "a ping over 125 bytes": "897E007E",
  "a length that is not minimal": "827E0005",
  "a long length that is not minimal": "827F0000000000000005",
  "a length beyond all bounds": "827FFFFFFFFFFFFFFFFF",
};

for (const [what, bytes] of Object.entries(BROKEN)) {
  test(`a server that sends ${what} is told 1002, and left`, async (t) => {
    const client = await open(t, await raw(t, Buffer.from(bytes, "hex")), {});
    assert.equal((await client.closed).fault.code, ErrorCode.PROTOCOL_ERROR);
  });
}

test("an upgrade that is refused, or breaks the RFC, fails with a code that fits", async (t) => {
  const switching = "HTTP/1.1 101 Switching Protocols\r\n";
  const good = `Upgrade: websocket\r\nConnection: Upgrade\r\n`;
  const cases: [number, (accept: string) => string][] = [
    [ErrorCode.PERMISSION_DENIED, () => "HTTP/1.1 403 Forbidden\r\n\r\n"],
    [ErrorCode.AUTHENTICATION_REQUIRED, () => "HTTP/1.1 401 Unauthorized\r\n\r\n"],
    [ErrorCode.CONNECTION_LIMIT, () => "HTTP/1.1 503 Busy\r\n\r\n"],
    [ErrorCode.HANDSHAKE_FAILED, () => "HTTP/1.1 404 Not Found\r\n\r\n"],
    [ErrorCode.HANDSHAKE_FAILED, () => "SSH-2.0-OpenSSH\r\n\r\n"],
    [ErrorCode.HANDSHAKE_FAILED, () => `${switching}${good}Sec-WebSocket-Accept: wrong\r\n\r\n`],
    [ErrorCode.HANDSHAKE_FAILED, (accept) => `${switching}Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`],
    [ErrorCode.HANDSHAKE_FAILED, (accept) => `${switching}${good}Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: chat\r\n\r\n`],
    [ErrorCode.HANDSHAKE_FAILED, (accept) => `${switching}${good}Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n`],
    [ErrorCode.HANDSHAKE_FAILED, () => `HTTP/1.1 101 X\r\n${"x: y\r\n".repeat(4000)}`],
    [ErrorCode.CONNECTION_FAILED, () => "HTTP/1.1 101 Switching"],
  ];
  for (const [code, answer] of cases) {
    await assert.rejects(connect(await raw(t, answer)), has(code), answer("A"));
  }
});

test("masking is undone by masking, at every length and offset", () => {
  const random = new Seeded();
  random.run(() => {
    for (let length = 0; length < 40; length++) {
      for (let offset = 0; offset < 5; offset++) {
        const plain = random.bytes(length);
        const mask = random.bytes(4);
        const bytes = new Uint8Array(offset + length).subarray(offset);
        bytes.set(plain);
        maskBytes(bytes, mask);
        assert.deepEqual(bytes, plain.map((byte, i) => byte ^ (mask[i % 4] as number)));
      }
    }
  });
});

test("frames cut anywhere are the same frames, and garbage never throws", () => {
  const random = new Seeded();
  const run = (bytes: Uint8Array, sizes: () => number): string[] => {
    const seen: string[] = [];
    let payload = "";
    const decoder = new WebSocketDecoder({
      onPayload: (part) => (payload += hex(part)),
      onMessageEnd: () => {
        seen.push(`message ${payload}`);
        payload = "";
      },
      onControl: (opcode, data) => seen.push(`control ${opcode} ${hex(data)}`),
      onBroken: (text) => seen.push(`broken ${text}`),
    });
    for (let at = 0; at < bytes.length; ) {
      const size = sizes();
      decoder.feed(bytes.subarray(at, at + size));
      at += size;
    }
    return [...seen, payload];
  };
  random.run(() => {
    for (let round = 0; round < 2000; round++) {
      const parts = Array.from({ length: 5 }, () => {
        const opcode = [2, 9, 10, 2][random.below(4)] as number;
        const body = random.bytes(random.below(opcode === 2 ? 300 : 126));
        const head = frameHead(opcode, body.length, Uint8Array.of(0, 0, 0, 0)).slice(0, -4);
        head[1] = (head[1] as number) & 0x7f; // as a server sends it
        return Buffer.concat([head, body]);
      });
      const bytes = Buffer.concat(parts);
      const whole = run(bytes, () => bytes.length);
      assert.equal(whole.length, 6);
      assert.deepEqual(run(bytes, () => 1 + random.below(50)), whole);
      bytes[random.below(bytes.length)] = random.below(256);
      assert.deepEqual(run(bytes, () => 1), run(bytes, () => bytes.length));
    }
  });
});
