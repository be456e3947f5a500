import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Client, connect, ErrorCode, WirelaceError, type ClientEvent, type ClientOptions } from "../src/node.js";
import { plainFrame } from "../src/wire/encoder.js";
import { Kind } from "../src/wire/header.js";
import { Arrivals, FakeServer, type FakePeer } from "./fake-server.js";

let server: FakeServer;
let clients: Client[];
let events: ClientEvent[];
let arrivals: Arrivals<ClientEvent>;

beforeEach(async () => {
  server = await FakeServer.start();
  clients = [];
  events = [];
  arrivals = new Arrivals();
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.stop();
});

function make(options: ClientOptions = {}): Client {
  const client = new Client(server.url, {
    closeTimeoutMs: 200,
    reconnect: { minDelayMs: 5, maxDelayMs: 20 },
    onEvent: (event) => {
      events.push(event);
      arrivals.add(event);
    },
    ...options,
  });
  clients.push(client);
  return client;
}

async function open(options: ClientOptions = {}): Promise<[Client, FakePeer]> {
  const client = await make(options).open();
  return [client, await server.peers.next()];
}

async function event<T extends ClientEvent["type"]>(type: T): Promise<Extract<ClientEvent, { type: T }>> {
  for (;;) {
    const next = await arrivals.next();
    if (next.type === type) {
      return next as Extract<ClientEvent, { type: T }>;
    }
  }
}

function failsWith(code: number, text?: RegExp): (e: unknown) => boolean {
  return (e) => {
    assert.ok(e instanceof WirelaceError, String(e));
    assert.equal(e.code, code, e.message);
    assert.match(e.message, text ?? /./);
    return true;
  };
}

test("a request is answered by the response with its id, in any order", async () => {
  const [client, peer] = await open();
  const first = client.request("a", "1");
  const second = client.request("b", "2");
  const [one, two] = [await peer.frames.next(), await peer.frames.next()];
  assert.deepEqual([one.route, one.body, two.route, two.body], ["a", "1", "b", "2"]);
  peer.respond(two.id, '{"n":2}');
  peer.respond(one.id, "eins");
  assert.deepEqual(await second.json(), { n: 2 });
  assert.equal(await first.text(), "eins");
  assert.deepEqual(await first, new Uint8Array(Buffer.from("eins")));
  assert.equal(client.pendingRequests, 0);
});

test("what one tick sends arrives together, also with await in between", async () => {
  const [client, peer] = await open();
  const before = peer.chunks;
  for (let i = 0; i < 500; i++) {
    await client.send("x", String(i));
  }
  for (let i = 0; i < 500; i++) {
    assert.equal((await peer.frames.next()).body, String(i));
  }
  assert.equal(peer.chunks - before, 1);
});

test("an error is a WirelaceError with code, text, and whether and when to retry", async () => {
  const [client, peer] = await open();
  const call = client.request("a");
  peer.error((await peer.frames.next()).id, -626, "slower", { retryable: true, retryAfterMs: 1500 });
  await assert.rejects(call, (e: WirelaceError) => {
    assert.deepEqual([e.code, e.label, e.text, e.retryable, e.retryAfterMs], [-626, "rate_limited", "slower", true, 1500]);
    return true;
  });
});

test("a deadline is told to the server, and kept here", async () => {
  const [client, peer] = await open();
  const call = client.request("a", "", { timeoutMs: 40, headers: { trace: "t" } });
  const got = await peer.frames.next();
  assert.equal(got.headers.get("trace"), "t");
  const told = Number(got.headers.get("deadline-ms"));
  assert.ok(told > 0 && told <= 40, String(told));
  await assert.rejects(call, failsWith(ErrorCode.REQUEST_TIMEOUT));
  const cancel = await peer.frames.next();
  assert.deepEqual([cancel.kind, cancel.id], [Kind.CANCEL, got.id]);
  peer.respond(got.id, "late");
  assert.equal((await event("dropped")).why, "unknown-id");
});

test("many deadlines pass, none before its time", async () => {
  const [client] = await open();
  const began = performance.now();
  const times = [80, 20, 50].map(async (timeoutMs) => {
    await assert.rejects(client.request("a", "", { timeoutMs }), failsWith(ErrorCode.REQUEST_TIMEOUT));
    const took = performance.now() - began;
    assert.ok(took >= timeoutMs - 2, `${took} of ${timeoutMs} ms`);
  });
  await Promise.all(times);
});

test("aborting cancels the request at the server", async () => {
  const [client, peer] = await open();
  const abort = new AbortController();
  const call = client.request("a", "", { signal: abort.signal });
  const got = await peer.frames.next();
  abort.abort("enough");
  await assert.rejects(call, (e: WirelaceError) => failsWith(ErrorCode.CANCELLED)(e) && e.cause === "enough");
  assert.deepEqual([(await peer.frames.next()).kind, got.kind], [Kind.CANCEL, Kind.REQUEST]);
  await assert.rejects(client.request("a", "", { signal: abort.signal }), failsWith(ErrorCode.CANCELLED));
});

test("what cannot be sent is refused before anything is sent", async () => {
  const [client] = await open();
  const invalid = failsWith(ErrorCode.INVALID_ARGUMENT);
  await assert.rejects(client.request("r".repeat(256)), invalid);
  await assert.rejects(client.request("a", 7 as never), invalid);
  await assert.rejects(client.request("a", "", { headers: { Upper: "x" } }), invalid);
  await assert.rejects(client.request("a", "", { timeoutMs: 0 }), invalid);
  await assert.rejects(client.send("a", "", { timeoutMs: NaN }), invalid);
  await assert.rejects(client.send("r".repeat(256)), invalid);
  assert.equal(client.trySend("r".repeat(256)), "refused");
  assert.equal(client.pendingRequests, 0);
});

test("the server's limits hold: frames and requests in flight", async () => {
  server.welcome = { "max-frame-bytes": "100", "max-in-flight": "2", features: "headers" };
  const [client, peer] = await open();
  assert.deepEqual(client.session?.features, ["headers"]);
  await assert.rejects(client.request("a", "x".repeat(100)), failsWith(ErrorCode.MESSAGE_TOO_LARGE));
  await assert.rejects(client.send("a", "x".repeat(100)), failsWith(ErrorCode.MESSAGE_TOO_LARGE));
  const calls = ["1", "2", "3"].map((body) => client.request("a", body).text());
  const first = await peer.frames.next();
  await peer.frames.next();
  assert.equal(client.pendingRequests, 2);
  peer.respond(first.id, "done");
  assert.equal(await calls[0], "done");
  assert.equal((await peer.frames.next()).body, "3");
  const out = failsWith(ErrorCode.QUEUE_FULL);
  await assert.rejects(client.request("a", "4", { timeoutMs: 20 }), out);
  const closed = failsWith(ErrorCode.CONNECTION_CLOSED);
  await Promise.all([client.close(), ...calls.slice(1).map((call) => assert.rejects(call, closed))]);
});

test("send waits while the queue is full, trySend says so, and nothing of it is lost", async () => {
  const [client, peer] = await open({ outboundBytes: 64 * 1024 });
  peer.socket.pause();
  const body = new Uint8Array(64 * 1024);
  let accepted = 0;
  const results = new Set<string>();
  while (!results.has("dropped")) {
    const result = client.trySend("x", body);
    results.add(result);
    accepted += result === "dropped" ? 0 : 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(client.counters.dropped["queue-full"], 1);
  await assert.rejects(client.send("x", body, { timeoutMs: 20 }), failsWith(ErrorCode.QUEUE_FULL));
  const waiting = client.send("x", "last");
  peer.socket.resume();
  await waiting;
  for (let i = 0; i < accepted; i++) {
    assert.equal((await peer.frames.next()).body.length, body.length);
  }
  assert.equal((await peer.frames.next()).body, "last");
  assert.ok(results.has("queued"));
});

test("not more than maxWaiting wait", async () => {
  const [client, peer] = await open({ outboundBytes: 1024, maxWaiting: 1 });
  peer.socket.pause();
  while (client.trySend("x", new Uint8Array(256 * 1024)) !== "dropped") {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const abort = new AbortController();
  const waits = client.send("x", "", { signal: abort.signal });
  await assert.rejects(client.send("x"), failsWith(ErrorCode.QUEUE_FULL, /maxWaiting/));
  abort.abort();
  await assert.rejects(waits, failsWith(ErrorCode.CANCELLED));
});

test("notifications go to their handlers in order, one at a time", async () => {
  const seen: string[] = [];
  const done = new Arrivals<void>();
  const handlers = {
    slow: async (message: { text(): string }) => {
      seen.push(`begin ${message.text()}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(`end ${message.text()}`);
    },
    quick: (message: { text(): string }) => {
      seen.push(message.text());
      done.add();
    },
  };
  const [, peer] = await open({ handlers });
  peer.notify("slow", "1");
  peer.notify("quick", "2");
  await done.next();
  assert.deepEqual(seen, ["begin 1", "end 1", "2"]);
});

test("a concurrent handler does not hold up the next message", async () => {
  const [client, peer] = await open();
  client.on("slow", () => new Promise(() => undefined), { mode: "concurrent" });
  client.on("echo", (message) => message.body);
  peer.notify("slow", "");
  peer.request(1, "slow", "");
  peer.request(2, "echo", "x");
  assert.equal((await peer.frames.next()).body, "x");
});

test("notifications that come with the greeting find their handlers", async () => {
  const got = new Arrivals<string>();
  server.welcome = undefined;
  const client = make({ handlers: { "": (message) => got.add(message.text()) } });
  const opening = client.open();
  const peer = await server.peers.next();
  await peer.frames.next();
  const welcome = plainFrame(Kind.WELCOME, 0, Uint8Array.of(0, 1, 0, 0));
  peer.send(welcome, plainFrame(Kind.NOTIFICATION, 0, Buffer.from("early")));
  assert.equal(await got.next(), "early");
  await opening;
});

test("the server's requests are answered: bytes, text, headers, nothing, promises", async () => {
  const [client, peer] = await open();
  client.on("text", () => "text");
  client.on("bytes", async () => Uint8Array.of(65));
  client.on("headers", (message) => ({ body: message.headers.get("k") ?? "", headers: { a: "b" } }));
  client.on("nothing", () => undefined);
  const off = client.on("off", () => undefined);
  assert.throws(() => client.on("text", () => undefined), failsWith(ErrorCode.ALREADY_EXISTS));
  off();
  for (const [i, route] of ["text", "bytes", "headers", "nothing", "off"].entries()) {
    peer.request(i + 1, route, "", { k: "v" });
  }
  const answers = new Map();
  for (let i = 0; i < 5; i++) {
    const got = await peer.frames.next();
    answers.set(got.id, got.kind === Kind.ERROR ? new DataView(got.payload.buffer).getInt32(0) : [got.body, ...got.headers]);
  }
  assert.deepEqual(answers.get(1), ["text"]);
  assert.deepEqual(answers.get(2), ["A"]);
  assert.deepEqual(answers.get(3), ["v", ["a", "b"]]);
  assert.deepEqual(answers.get(4), [""]);
  assert.equal(answers.get(5), ErrorCode.NO_ROUTE);
});

test("ids beyond 2^53 are answered bit by bit", async () => {
  const [client, peer] = await open();
  client.on("echo", (message) => message.body);
  const id = 2n ** 63n + 12345n;
  peer.request(id, "echo", "x");
  peer.request(id + 1n, "echo", "y");
  assert.deepEqual([(await peer.frames.next()).id, (await peer.frames.next()).id], [id, id + 1n]);
});

async function code(peer: FakePeer): Promise<number> {
  const got = await peer.frames.next();
  assert.equal(got.kind, Kind.ERROR);
  return new DataView(got.payload.buffer).getInt32(0);
}

test("a failing handler says no more than -646, a WirelaceError speaks for itself", async () => {
  const [client, peer] = await open();
  client.on("throws", () => {
    throw new Error("secret");
  });
  client.on("rejects", () => Promise.reject(new WirelaceError(ErrorCode.PERMISSION_DENIED, "no")));
  client.on("wrong", () => ({ body: 7 }) as never);
  for (const [i, route] of ["throws", "rejects", "wrong"].entries()) {
    peer.request(i + 1, route, "");
  }
  const got = [await peer.frames.next(), await peer.frames.next(), await peer.frames.next()];
  const codes = got.map(({ payload }) => new DataView(payload.buffer).getInt32(0));
  assert.deepEqual(codes, [ErrorCode.HANDLER_FAILED, ErrorCode.PERMISSION_DENIED, ErrorCode.INVALID_ARGUMENT]);
  assert.ok(!Buffer.from(got[0]?.payload ?? []).includes("secret"));
  assert.equal(events.filter(({ type }) => type === "handler-failed").length, 3);
});

test("a cancelled request, and one whose deadline passes, is answered for its handler", async () => {
  const [client, peer] = await open();
  const aborted = new Arrivals<unknown>();
  client.on("wait", ({ signal }) => {
    signal.addEventListener("abort", () => aborted.add(signal.reason));
    return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  });
  peer.request(1, "wait", "");
  peer.send(plainFrame(Kind.CANCEL, 1));
  assert.equal(await code(peer), ErrorCode.CANCELLED);
  assert.equal(((await aborted.next()) as WirelaceError).code, ErrorCode.CANCELLED);
  peer.request(1, "wait", "", { "deadline-ms": "10" });
  assert.equal(await code(peer), ErrorCode.REQUEST_TIMEOUT);
  assert.equal((await event("dropped")).why, "second-answer");
});

test("id 0, an id in use, streams: refused with their codes, and the connection lives", async () => {
  const [client, peer] = await open();
  client.on("never", () => new Promise(() => undefined));
  peer.request(0, "never", "");
  assert.equal(await code(peer), ErrorCode.DUPLICATE_REQUEST_ID);
  peer.request(1, "never", "");
  peer.request(1, "never", "");
  assert.equal(await code(peer), ErrorCode.DUPLICATE_REQUEST_ID);
  peer.request(2, "never", "", { credit: "1" });
  assert.equal(await code(peer), ErrorCode.PROTOCOL_ERROR);
  peer.send(plainFrame(Kind.COMPLETE, 1));
  assert.equal(await code(peer), ErrorCode.PROTOCOL_ERROR);
  peer.send(plainFrame(Kind.CREDIT, 77), plainFrame(Kind.CANCEL, 77));
  peer.respond(78, "");
  peer.error(79, -645);
  peer.send(plainFrame(Kind.NOTIFICATION | 0x40, 0)); // a route block that is not there
  peer.notify("nobody", "");
  peer.send(plainFrame(Kind.HEARTBEAT, 0, Uint8Array.of(1, 2)));
  const echo = client.request("echo");
  peer.respond((await peer.frames.next()).id, "alive");
  assert.equal(await echo.text(), "alive");
  assert.deepEqual(
    { ...client.counters.dropped },
    { "unknown-id": 4, "second-answer": 0, "no-route": 1, malformed: 2, "queue-full": 0, "session-ended": 0 },
  );
});

test("an answer that does not decode fails its request alone", async () => {
  const [client, peer] = await open();
  const call = client.request("a");
  const { id } = await peer.frames.next();
  peer.send(plainFrame(Kind.RESPONSE | 0x20, id, Uint8Array.of(9, 9)));
  await assert.rejects(call, failsWith(ErrorCode.DECOMPRESSION_FAILED, /the answer/));
  assert.ok(client.isOpen);
});

test("broken framing is answered with its code, and ends the client for good", async () => {
  const [client, peer] = await open({ maxFrameBytes: 1000 });
  const failed = assert.rejects(client.request("a"), failsWith(ErrorCode.MESSAGE_TOO_LARGE));
  await peer.frames.next();
  peer.notify("x", "x".repeat(1001));
  assert.equal(await code(peer), ErrorCode.MESSAGE_TOO_LARGE);
  await failed;
  const reason = await client.closed;
  assert.equal(reason.initiator, "policy");
  await assert.rejects(client.request("a"), failsWith(ErrorCode.MESSAGE_TOO_LARGE));
  assert.equal(client.trySend("a"), "refused");
});

test("a probe is answered at once with its clock, and ours tells the round trip", async () => {
  const [client, peer] = await open({ heartbeatMs: 20 });
  const probe = await peer.frames.next();
  assert.deepEqual([probe.kind, probe.payload.length, probe.payload[0]], [Kind.HEARTBEAT, 9, 0]);
  const reply = probe.payload.slice();
  reply[0] = 1;
  peer.send(plainFrame(Kind.HEARTBEAT, 0, reply), plainFrame(Kind.HEARTBEAT, 0));
  peer.send(plainFrame(Kind.HEARTBEAT, 0, Uint8Array.of(0, 255, 254, 3, 4, 5, 6, 7, 8)));
  let got = await peer.frames.next();
  while (got.payload[0] === 0) {
    got = await peer.frames.next(); // the next probe of ours
  }
  assert.deepEqual([...got.payload], [1, 255, 254, 3, 4, 5, 6, 7, 8]);
  assert.ok((client.roundTripMs ?? -1) >= 0 && (client.roundTripMs ?? 1e9) < 10_000);
});

test("a silent server ends the connection with -611", async () => {
  const [client] = await open({ heartbeatMs: 10, reconnect: false });
  assert.equal((await client.closed).fault.code, ErrorCode.HEARTBEAT_TIMEOUT);
});

test("connecting fails with a code: nobody there, no WELCOME, refused, another version", async () => {
  const other = await FakeServer.start();
  const { url } = other;
  await other.stop();
  await assert.rejects(connect(url), failsWith(ErrorCode.CONNECTION_REFUSED));
  server.welcome = undefined;
  const silent = make({ connectTimeoutMs: 30 });
  await assert.rejects(silent.open(), failsWith(ErrorCode.CONNECTION_TIMEOUT));
  await server.peers.next();
  const refused = make().open();
  (await server.peers.next()).error(0, ErrorCode.CONNECTION_LIMIT, "full");
  await assert.rejects(refused, failsWith(ErrorCode.CONNECTION_LIMIT, /full/));
  const versioned = make().open();
  (await server.peers.next()).send(plainFrame(Kind.WELCOME, 0, Uint8Array.of(0, 9)));
  await assert.rejects(versioned, failsWith(ErrorCode.UNSUPPORTED_VERSION));
  await assert.rejects(refused.then((client) => client.open()), failsWith(ErrorCode.CONNECTION_LIMIT));
});

test("without a greeting there is no HELLO, and messages pass at once", async () => {
  const [client, peer] = await open({ greeting: false });
  await client.send("x", "first");
  assert.equal((await peer.frames.next()).body, "first");
  peer.send(plainFrame(Kind.WELCOME, 0, Uint8Array.of(0, 1, 0, 0)));
  assert.equal(await code(peer), ErrorCode.PROTOCOL_ERROR);
});

test("after a break it comes back; what was in flight fails and is not repeated", async () => {
  const [client, peer] = await open();
  const lost = client.request("a", "once");
  await peer.frames.next();
  peer.socket.resetAndDestroy();
  await assert.rejects(lost, failsWith(ErrorCode.CONNECTION_CLOSED));
  const waits = client.request("b", "after").text();
  const sends = client.send("c", "note");
  assert.equal(client.trySend("c", "dropped"), "refused");
  const next = await server.peers.next();
  const got = await next.frames.next();
  assert.deepEqual([got.route, got.body], ["b", "after"]);
  next.respond(got.id, "here");
  assert.equal(await waits, "here");
  await sends;
  assert.equal((await next.frames.next()).body, "note");
  const opens = events.filter((e) => e.type === "open");
  assert.deepEqual(opens.map((e) => e.type === "open" && e.reconnected), [false, true]);
});

test("attempts are bounded, and the last failure says why", async () => {
  const [client, peer] = await open({ reconnect: { minDelayMs: 1, maxDelayMs: 4, maxAttempts: 3 } });
  const waits = client.request("a", "", { timeoutMs: 5000 });
  const { id } = await peer.frames.next();
  peer.error(id, -645);
  await assert.rejects(waits, failsWith(ErrorCode.NO_ROUTE));
  await server.stop();
  const pending = client.send("x");
  const reason = await client.closed;
  assert.equal(reason.fault.code, ErrorCode.CONNECTION_REFUSED);
  assert.equal(events.filter(({ type }) => type === "reconnecting").length, 3);
  await pending.catch(failsWith(ErrorCode.CONNECTION_REFUSED));
  server = await FakeServer.start();
});

test("a server that accepts and breaks at once is not asked for ever", async () => {
  const [client, first] = await open({ reconnect: { minDelayMs: 400, maxDelayMs: 800, maxAttempts: 3 } });
  first.socket.resetAndDestroy();
  void (async () => {
    for (;;) {
      (await server.peers.next()).socket.resetAndDestroy();
    }
  })();
  await client.closed;
  assert.ok(server.connections <= 4, String(server.connections));
});

test("an error that is not worth a retry is not retried", async () => {
  const [client, peer] = await open();
  peer.error(0, ErrorCode.AUTHENTICATION_FAILED, "token expired");
  peer.socket.end();
  const { fault, initiator } = await client.closed;
  assert.deepEqual([fault.code, fault.text, initiator], [ErrorCode.AUTHENTICATION_FAILED, "token expired", "remote"]);
});

test("a server that leaves gets no new requests, answers the old, and is asked to wait as long as it says", async () => {
  const [client, peer] = await open();
  const old = client.request("a").text();
  const { id } = await peer.frames.next();
  const payload = Buffer.concat([Buffer.from("FFFFFD9C01000000C8", "hex"), Buffer.from("maintenance")]);
  peer.send(plainFrame(Kind.GOAWAY, 0, payload));
  assert.equal((await event("goaway")).error.text, "maintenance");
  const later = client.request("b").text();
  peer.respond(id, "last");
  assert.equal(await old, "last");
  await peer.ended.next();
  peer.socket.end();
  const { delayMs } = await event("reconnecting");
  assert.ok(delayMs >= 200, String(delayMs));
  const next = await server.peers.next();
  next.respond((await next.frames.next()).id, "new");
  assert.equal(await later, "new");
});

test("a server that ends its side still gets the answers to what it asked", async () => {
  const [client, peer] = await open({ reconnect: false });
  let release: (() => void) | undefined;
  client.on("slow", () => new Promise<string>((resolve) => (release = () => resolve("answered"))));
  peer.request(1, "slow", "");
  peer.socket.end();
  const call = client.request("x");
  await assert.rejects(call, failsWith(ErrorCode.CONNECTION_CLOSED));
  release?.();
  let got = await peer.frames.next();
  while (got.kind !== Kind.RESPONSE) {
    got = await peer.frames.next();
  }
  assert.equal(got.body, "answered");
  await client.closed;
});

test("close delivers what was accepted", async () => {
  const [client, peer] = await open();
  for (let i = 0; i < 2000; i++) {
    void client.send("x", String(i));
  }
  const closing = client.close();
  assert.equal(client.trySend("x"), "refused");
  for (let i = 0; i < 2000; i++) {
    assert.equal((await peer.frames.next()).body, String(i));
  }
  await peer.ended.next();
  peer.socket.end();
  await closing;
  assert.equal((await client.closed).initiator, "local");
  assert.equal(client.counters.dropped["session-ended"], 0);
});

test("an answer that comes after close is counted, not lost in silence", async () => {
  const [client, peer] = await open();
  let release: () => void = () => undefined;
  const begun = new Arrivals<void>();
  client.on("slow", () => {
    begun.add();
    return new Promise<void>((resolve) => (release = resolve));
  });
  peer.request(1, "slow", "");
  await begun.next();
  const closing = client.close();
  release();
  assert.deepEqual([(await event("dropped")).why, client.counters.dropped["session-ended"]], ["session-ended", 1]);
  await closing;
});

test("an answer that is too large for the server is an error instead", async () => {
  server.welcome = { "max-frame-bytes": "1000" };
  const [client, peer] = await open();
  client.on("large", () => "x".repeat(1000));
  peer.request(1, "large", "");
  assert.equal(await code(peer), ErrorCode.MESSAGE_TOO_LARGE);
});

test("a server that asks without end and does not read is not read either", async () => {
  const [client, peer] = await open({ outboundBytes: 1024 });
  peer.socket.pause();
  const probes = new Array<number>(2000).fill(0).map(() => plainFrame(Kind.HEARTBEAT, 0, new Uint8Array(9)));
  let before = -1;
  let sent = 0;
  while (sent < 64_000_000 && (client.counters.bytesIn !== before || sent < 1_000_000)) {
    before = client.counters.bytesIn;
    while (peer.socket.writableLength < 1_000_000) {
      peer.send(...probes);
      sent += 2000 * 22;
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  assert.ok(sent < 64_000_000, "it reads on and on");
  assert.ok(client.queuedBytes < 300_000, `${client.queuedBytes} bytes wait`);
  peer.socket.resume();
  assert.equal(await (async () => {
    const call = client.request("a").text();
    for (;;) {
      const got = await peer.frames.next();
      if (got.kind === Kind.REQUEST) {
        peer.respond(got.id, "alive");
        return call;
      }
    }
  })(), "alive");
});

test("close gives a server that does not end its side no more than the close timeout", async () => {
  const [client] = await open({ closeTimeoutMs: 30 });
  const began = performance.now();
  await client.close();
  assert.ok(performance.now() - began < 5000);
});

test("close while it reconnects, or before it is open, ends it at once", async () => {
  const [client, peer] = await open({ reconnect: { minDelayMs: 60_000, maxDelayMs: 60_000 } });
  peer.socket.resetAndDestroy();
  await event("reconnecting");
  const waits = client.request("a");
  await Promise.all([client.close(), assert.rejects(waits, failsWith(ErrorCode.CONNECTION_CLOSED))]);
  const other = make();
  await other.close();
  await assert.rejects(other.open(), failsWith(ErrorCode.CONNECTION_CLOSED));
});

test("handlers that do not keep up hold the server back, and lose nothing", async () => {
  let release: () => void = () => undefined;
  const seen: number[] = [];
  const all = new Arrivals<void>();
  const count = 4000;
  const handle = async (message: { body: Uint8Array }): Promise<void> => {
    if (seen.push(message.body.length) === 1) {
      await new Promise<void>((resolve) => (release = resolve));
    }
    if (seen.length === count) {
      all.add();
    }
  };
  const [client, peer] = await open({ mailboxBytes: 64 * 1024, handlers: { x: handle } });
  for (let i = 0; i < count; i++) {
    peer.notify("x", "x".repeat(10_000));
  }
  let before = -1;
  while (client.counters.bytesIn !== before || before < 64 * 1024) {
    before = client.counters.bytesIn;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  assert.ok(client.counters.bytesIn < 2_000_000, `${client.counters.bytesIn} of 40 million bytes were read`);
  release();
  await all.next();
  assert.ok(seen.every((length) => length === 10_000));
});

test("requests of the server beyond max-in-flight wait in its socket", async () => {
  const releases: (() => void)[] = [];
  const handle = (): Promise<void> => new Promise((resolve) => releases.push(resolve));
  const [, peer] = await open({ maxInFlight: 2, handlers: { x: { handle, mode: "concurrent" } } });
  const pad = "x".repeat(100_000); // so that one read is not all of them
  for (let id = 1; id <= 20; id++) {
    peer.request(id, "x", pad);
  }
  while (releases.length < 2) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (let answered = 0; answered < 20; answered++) {
    while (releases.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    releases.shift()?.();
    assert.equal((await peer.frames.next()).kind, Kind.RESPONSE);
  }
});

test("options are checked, and one that does not exist is an error", () => {
  const wrong = failsWith(ErrorCode.INVALID_CONFIG);
  for (const options of [
    { maxFrameBytes: 8 },
    { maxFrameBytes: 0x1000000 },
    { requestTimeoutMs: 0 },
    { requestTimeoutMs: "1" },
    { compression: "zstd" },
    { reconnect: { maxDelay: 5 } },
    { timeout: 5 },
  ]) {
    assert.throws(() => new Client("tcp://h:1", options as ClientOptions), wrong, JSON.stringify(options));
  }
  for (const url of ["", "tcp", "tcp://user@h:1", "tcp://h:1#x"]) {
    assert.throws(() => new Client(url), wrong, url);
  }
  assert.throws(() => new Client("gopher://h:1"), failsWith(ErrorCode.UNSUPPORTED_TRANSPORT));
});

test("an address with port 0, or with options, is refused when it is opened", async () => {
  for (const url of ["tcp://localhost:0", "tcp://localhost:1?x=1"]) {
    await assert.rejects(connect(url), failsWith(ErrorCode.INVALID_CONFIG), url);
  }
});

test("a listener that throws disturbs nobody", async (t) => {
  const errors = t.mock.method(console, "error", () => undefined);
  const client = make({
    onEvent: () => {
      throw new Error("listener");
    },
  });
  await client.open();
  assert.equal(errors.mock.callCount(), 1);
});
