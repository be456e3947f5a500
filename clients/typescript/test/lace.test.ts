import assert from "node:assert/strict";
import { after, test, type TestContext } from "node:test";
import { WebSocket } from "ws";
import { Client, connect, ErrorCode, WirelaceError, type ClientOptions, type WebSocketConstructor } from "../src/node.js";
import { Certificates } from "./certificates.js";
import { Lace } from "./lace.js";

/** Ways to the real program; the last is the browser's link, over a WebSocket that we did not write. */
const WAYS: { name: string; scheme: string; options: ClientOptions }[] = [
  { name: "tcp", scheme: "tcp", options: {} },
  { name: "unix", scheme: "unix", options: {} },
  { name: "ws", scheme: "ws", options: {} },
  { name: "ws by npm's ws", scheme: "ws", options: { webSocket: WebSocket as unknown as WebSocketConstructor } },
];

const shared = new Map<string, Promise<Lace | string>>();

after(async () => {
  for (const starting of shared.values()) {
    const server = await starting;
    if (typeof server !== "string") {
      await server.kill();
    }
  }
});

/** One for all tests that leave it as it is. */
async function sharedLace(t: TestContext, scheme: string): Promise<Lace | undefined> {
  const starting = shared.get(scheme) ?? Lace.start(Lace.listenUri(scheme));
  shared.set(scheme, starting);
  return usable(t, await starting);
}

/** One of its own. */
async function ownLace(t: TestContext, scheme: string, ...more: string[]): Promise<Lace | undefined> {
  const server = usable(t, await Lace.start(Lace.listenUri(scheme), ...more));
  if (server !== undefined) {
    t.after(() => server.kill());
  }
  return server;
}

function usable(t: TestContext, started: Lace | string): Lace | undefined {
  if (typeof started === "string") {
    t.skip(started);
    return undefined;
  }
  return started;
}

/** A client that ends with the test, however that ends. */
async function client(t: TestContext, url: string, options: ClientOptions): Promise<Client> {
  const made = new Client(url, options);
  t.after(() => made.close());
  return made.open();
}

function has(code: number): (e: unknown) => boolean {
  return (e) => e instanceof WirelaceError && e.code === code;
}

for (const { name, scheme, options } of WAYS) {
  test(`${name}: the routes of lace serve --demo answer`, async (t) => {
    const server = await sharedLace(t, scheme);
    if (server === undefined) {
      return;
    }
    const flood = { seen: 0 };
    const peer = await client(t, server.url, { ...options, handlers: { flood: () => void flood.seen++ } });
    assert.equal(peer.session?.transport, scheme);
    assert.equal(peer.session?.node, "lace");
    assert.equal(await peer.request("echo", "grüße").text(), "grüße");
    assert.equal(await peer.request("echo.inline", "x").text(), "x");
    assert.equal(await peer.request("", "default").text(), "default");
    assert.match(await peer.request("time").text(), /^\d{4}-/);
    await assert.rejects(peer.request("nowhere"), has(ErrorCode.NO_ROUTE));
    await assert.rejects(peer.request("fail"), has(ErrorCode.HANDLER_FAILED));
    await assert.rejects(peer.request("sleep", "5000", { timeoutMs: 50 }), has(ErrorCode.REQUEST_TIMEOUT));
    const soon = AbortSignal.timeout(50);
    await assert.rejects(peer.request("sleep", "5000", { signal: soon }), has(ErrorCode.CANCELLED));

    const large = new Uint8Array(16_000_000).map((_, i) => i % 251);
    assert.ok(Buffer.from(await peer.request("echo", large)).equals(large));
    await assert.rejects(peer.request("echo", new Uint8Array(17_000_000)), has(ErrorCode.MESSAGE_TOO_LARGE));

    const before = Number(await peer.request("sink.count").text());
    for (let i = 0; i < 50_000; i++) {
      await peer.send("sink", "x".repeat(i % 100));
    }
    assert.equal(Number(await peer.request("sink.count").text()) - before, 50_000);
    assert.equal(await peer.request("flood", "20000 500").text(), "20000");
    assert.equal(flood.seen, 20_000);
    const many = await Promise.all(Array.from({ length: 2000 }, (_, i) => peer.request("echo", `n${i}`).text()));
    assert.deepEqual(many, many.map((_, i) => `n${i}`));
  });

  test(`${name}: close delivers what was accepted`, async (t) => {
    const server = await sharedLace(t, scheme);
    if (server === undefined) {
      return;
    }
    const peer = await client(t, server.url, options);
    const before = Number(await peer.request("sink.count").text());
    for (let i = 0; i < 20_000; i++) {
      await peer.send("sink", "x".repeat(200));
    }
    await peer.close();
    const other = await client(t, server.url, options);
    while (Number(await other.request("sink.count").text()) - before < 20_000) {
      await new Promise((resolve) => setTimeout(resolve, 10)); // the handlers still count
    }
  });

  test(`${name}: a slow handler holds the server back, and nothing is lost`, async (t) => {
    if (options.webSocket !== undefined) {
      t.skip("this link cannot hold a server back");
      return;
    }
    const server = await sharedLace(t, scheme);
    if (server === undefined) {
      return;
    }
    let seen = 0;
    const handle = async (): Promise<void> => {
      if (++seen % 1000 === 0) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    const peer = await client(t, server.url, { ...options, mailboxBytes: 64 * 1024, handlers: { flood: handle } });
    assert.equal(await peer.request("flood", "40000 1000", { timeoutMs: 50_000 }).text(), "40000");
    while (seen < 40_000) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(peer.counters.dropped["queue-full"], 0);
  });

  test(`${name}: compression by LZ4 is agreed, and inflated here`, async (t) => {
    const server = await sharedLace(t, scheme);
    if (server === undefined) {
      return;
    }
    const peer = await client(t, server.url, { ...options, compression: "lz4" });
    assert.deepEqual(peer.session?.features, ["headers", "lz4"]);
    const body = "so many words, again and again; ".repeat(4000);
    const before = peer.counters.bytesIn;
    for (let i = 0; i < 20; i++) {
      assert.equal(await peer.request("echo", `${i}${body}`).text(), `${i}${body}`);
    }
    const received = peer.counters.bytesIn - before;
    assert.ok(received < 10 * body.length, `${received} bytes for 20 × ${body.length}`);
  });

  test(`${name}: a server that is killed is found again at its address`, async (t) => {
    const server = await ownLace(t, scheme);
    if (server === undefined) {
      return;
    }
    const peer = await client(t, server.url, { ...options, reconnect: { minDelayMs: 20, maxDelayMs: 100, maxAttempts: 500 } });
    const inFlight = assert.rejects(peer.request("sleep", "60000"), has(ErrorCode.CONNECTION_CLOSED));
    await peer.request("echo", "arrived");
    await server.kill();
    await inFlight;
    const waits = peer.request("echo", "again").text();
    const second = await Lace.start(server.url);
    assert.ok(typeof second !== "string", String(second));
    t.after(() => second.kill());
    assert.equal(await waits, "again");
  });

  test(`${name}: a server that is told to stop finishes what it works on, and says so`, async (t) => {
    const server = await ownLace(t, scheme);
    if (server === undefined) {
      return;
    }
    const events: string[] = [];
    const peer = new Client(server.url, { ...options, reconnect: false, onEvent: ({ type }) => events.push(type) });
    t.after(() => peer.close());
    await peer.open();
    const working = peer.request("sleep", "700").text();
    await peer.request("echo", "arrived");
    const stopped = server.stop();
    assert.equal(await working, "700");
    await peer.closed;
    await stopped;
    assert.ok(events.includes("goaway"), String(events));
  });

  test(`${name}: the server's limits come with its greeting`, async (t) => {
    const server = await ownLace(t, scheme, "--set", "max-frame-bytes=2000", "--set", "max-in-flight=3");
    if (server === undefined) {
      return;
    }
    const peer = await client(t, server.url, options);
    assert.equal(peer.session?.maxFrameBytes, 2000);
    assert.equal(peer.session?.maxInFlight, 3);
    await assert.rejects(peer.request("echo", "x".repeat(2000)), has(ErrorCode.MESSAGE_TOO_LARGE));
    const answers = await Promise.all(Array.from({ length: 50 }, () => peer.request("echo", "x").text()));
    assert.equal(answers.length, 50);
  });
}

test("one port for all is reached by tcp and by ws", async (t) => {
  const server = await ownLace(t, "any");
  if (server === undefined) {
    return;
  }
  for (const url of [server.url.replace("any:", "tcp:"), `${server.url.replace("any:", "ws:")}/lace`]) {
    const peer = await client(t, url, {});
    assert.equal(await peer.request("echo", "x".repeat(100_000)).text(), "x".repeat(100_000));
  }
});

for (const scheme of ["tls", "wss"]) {
  const skip = Certificates.available ? false : "no openssl on the path";

  test(`${scheme}: the program's certificate is verified, and so is ours`, { skip }, async (t) => {
    const certificates = new Certificates([
      { name: "server", san: "DNS:localhost,IP:127.0.0.1" },
      { name: "client", san: "DNS:client" },
    ]);
    t.after(() => certificates.remove());
    const { path, pem } = { path: certificates.path.bind(certificates), pem: certificates.pem.bind(certificates) };
    const options = `cert=${path("server.pem")}&key=${path("server.key")}&ca=${path("ca.pem")}&client-auth=need`;
    const started = await Lace.start(`${Lace.listenUri(scheme)}?${options}`);
    const server = usable(t, started);
    if (server === undefined) {
      return;
    }
    t.after(() => server.kill());
    const ca = pem("ca.pem");
    const identity = { cert: pem("client.pem"), key: pem("client.key") };
    const peer = await client(t, server.url, { tls: { ca, ...identity } });
    const large = "x".repeat(3_000_000);
    assert.equal(await peer.request("echo", large).text(), large);
    for (let i = 0; i < 10_000; i++) {
      await peer.send("sink", "sealed");
    }
    assert.equal(await peer.request("sink.count").text(), "10000");
    await peer.close();
    await assert.rejects(connect(server.url, { tls: identity }), has(ErrorCode.TLS_FAILED));
    await assert.rejects(connect(server.url, { tls: { ca } }), WirelaceError);
    await assert.rejects(connect(server.url, { tls: { ca, ...identity, servername: "else.where" } }), has(ErrorCode.TLS_FAILED));
  });
}

test("ws: a path that is none, and an Origin that is not on the list, are refused with their codes", async (t) => {
  const server = await sharedLace(t, "ws");
  if (server === undefined) {
    return;
  }
  await assert.rejects(connect(server.url.replace("/lace", "/other")), has(ErrorCode.HANDSHAKE_FAILED));
  const foreign = class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { origin: "https://elsewhere.example" });
    }
  };
  const webSocket = foreign as unknown as WebSocketConstructor;
  await assert.rejects(connect(server.url, { webSocket }), has(ErrorCode.CONNECTION_FAILED));
});
