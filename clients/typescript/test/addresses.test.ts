import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import dns from "node:dns";
import * as net from "node:net";
import { afterEach, beforeEach, test, type TestContext } from "node:test";
import * as tls from "node:tls";
import { connect, ErrorCode, WirelaceError, type ClientOptions } from "../src/node.js";
import { Certificates } from "./certificates.js";
import { FakePeer, FakeServer } from "./fake-server.js";

/** Names with several addresses: each is tried, within the connect timeout (RFC 8305). */

const OPTIONS: ClientOptions = { reconnect: false, closeTimeoutMs: 200 };

let server: FakeServer;
let port: string;

beforeEach(async () => {
  server = await FakeServer.start(); // on 127.0.0.1 only
  port = new URL(server.url).port;
});

afterEach(() => server.stop());

/** Every name has these addresses from now on, in this order. */
function resolve(t: TestContext, addresses: string[]): void {
  const found = addresses.map((address) => ({ address, family: net.isIP(address) }));
  type Done = (error: Error | null, found: dns.LookupAddress[]) => void;
  t.mock.method(dns, "lookup", (_name: string, _options: dns.LookupAllOptions, done: Done) => {
    process.nextTick(done, null, found);
  });
}

async function connects(url: string, options: ClientOptions = {}): Promise<void> {
  const client = await connect(url, { ...OPTIONS, ...options });
  await client.close();
}

test("an address that refuses is not the last one", async (t) => {
  resolve(t, ["::1", "127.0.0.2", "127.0.0.1"]);
  await connects(`tcp://several.example:${port}`);
  assert.equal(server.connections, 1);
});

test("a program that turned this off for its own sockets has not turned it off for ours", async (t) => {
  const before = net.getDefaultAutoSelectFamily();
  net.setDefaultAutoSelectFamily(false);
  t.after(() => net.setDefaultAutoSelectFamily(before));
  resolve(t, ["::1", "127.0.0.1"]);
  await connects(`tcp://several.example:${port}`);
});

const noOpenssl = Certificates.available ? false : "no openssl on the path";

test("over TLS it is the same, and the name is what is verified", { skip: noOpenssl }, async (t) => {
  const certificates = new Certificates([{ name: "several", san: "DNS:several.example" }]);
  const [cert, key] = [certificates.pem("several.pem"), certificates.pem("several.key")];
  const secured = tls.createServer({ cert, key, ALPNProtocols: ["lace/1"] }, (socket) => {
    new FakePeer(socket, { session: "s1", node: "fake" });
  });
  await new Promise<void>((listening) => secured.listen(0, "127.0.0.1", listening));
  t.after(() => {
    secured.close();
    certificates.remove();
  });
  resolve(t, ["::1", "127.0.0.2", "127.0.0.1"]);
  const url = `tls://several.example:${(secured.address() as net.AddressInfo).port}`;
  await connects(url, { tls: { ca: certificates.pem("ca.pem") } });
});

/** A listener whose queue is full and which accepts nothing: what comes to it hears nothing. */
async function silent(t: TestContext, address: string): Promise<void> {
  const program = `
    const server = require("node:net").createServer();
    server.listen({ host: "${address}", port: ${port}, backlog: 1 }, () => {
      process.stdout.write("listening", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    });`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const fillers: net.Socket[] = [];
  t.after(() => {
    fillers.forEach((filler) => filler.destroy());
    child.kill("SIGKILL");
  });
  await new Promise((resolved) => child.stdout.once("data", resolved));
  for (let i = 0; i < 4; i++) {
    fillers.push(net.connect(Number(port), address).on("error", () => undefined));
  }
  await new Promise((resolved) => fillers[0]!.once("connect", resolved));
}

const noAlias = process.platform === "linux" ? false : "only Linux has all of 127.0.0.0/8";

test("an address that says nothing is left for the next", { skip: noAlias }, async (t) => {
  await silent(t, "127.0.0.2");
  resolve(t, ["127.0.0.2", "127.0.0.1"]);
  await connects(`tcp://several.example:${port}`, { connectTimeoutMs: 60_000 });
  assert.equal(server.connections, 1);
});

test("that none takes us is told by the code of a refusal", async (t) => {
  resolve(t, ["::1", "127.0.0.2"]);
  await assert.rejects(connects(`tcp://several.example:${port}`), (e: unknown) => {
    assert.ok(e instanceof WirelaceError);
    assert.equal(e.code, ErrorCode.CONNECTION_REFUSED, e.message);
    assert.match(e.message, /several\.example/);
    return true;
  });
});
