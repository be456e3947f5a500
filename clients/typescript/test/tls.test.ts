import assert from "node:assert/strict";
import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import * as net from "node:net";
import { after, before, test, type TestContext } from "node:test";
import * as tls from "node:tls";
import { WebSocketServer } from "ws";
import { createServer } from "node:https";
import { connect, ErrorCode, WirelaceError, type TlsOptions } from "../src/node.js";
import { encodeFrame, greetingPayload, plainFrame } from "../src/wire/encoder.js";
import { FrameDecoder } from "../src/wire/decoder.js";
import { Kind, MAX_LENGTH } from "../src/wire/header.js";
import { Certificates } from "./certificates.js";

const WELCOME = encodeFrame(plainFrame(Kind.WELCOME, 0, greetingPayload({ version: 1, headers: new Map() })));

const skip = Certificates.available ? false : "no openssl on the path";
let certificates: Certificates;

before(() => {
  if (!skip) {
    const san = "DNS:localhost,IP:127.0.0.1";
    certificates = new Certificates([
      { name: "server", san },
      { name: "other", san: "DNS:other.example", rsa: true }, // both kinds of keys are pinned below
      { name: "client", san: "DNS:client" },
      { name: "expired", san, days: "-1" },
    ]);
  }
});

after(() => certificates?.remove());

function pem(name: string): string {
  return certificates.pem(name);
}

/** Welcomes, and answers requests with their body. */
function speak(socket: net.Socket): void {
  socket.on("error", () => undefined);
  const decoder = new FrameDecoder("server", MAX_LENGTH, {
    onFrame: (frame) => {
      if (frame.kind === Kind.HELLO) {
        socket.write(WELCOME);
      } else if (frame.kind === Kind.REQUEST) {
        socket.write(encodeFrame(plainFrame(Kind.RESPONSE, frame.id, frame.body(MAX_LENGTH))));
      }
    },
    onViolation: (fault) => assert.fail(fault.text),
  });
  socket.on("data", (bytes) => decoder.feed(bytes));
}

async function serve(t: TestContext, name: string, more: tls.TlsOptions = {}): Promise<[string, tls.Server]> {
  const server = tls.createServer({ cert: pem(`${name}.pem`), key: pem(`${name}.key`), ALPNProtocols: ["lace/1"], ...more }, speak);
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => sockets.add(socket));
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return [`tls://localhost:${(server.address() as net.AddressInfo).port}`, server];
}

async function echo(url: string, options: TlsOptions): Promise<string> {
  const client = await connect(url, { tls: options, reconnect: false, closeTimeoutMs: 300 });
  const answer = await client.request("echo", "sealed").text();
  await client.close();
  return answer;
}

function fails(url: string, options: TlsOptions, text: RegExp): Promise<void> {
  return assert.rejects(echo(url, options), (e: unknown) => {
    assert.ok(e instanceof WirelaceError);
    assert.equal(e.code, ErrorCode.TLS_FAILED, e.message);
    assert.match(e.message, text);
    return true;
  });
}

function pin(name: string): string {
  const key = createPublicKey(new X509Certificate(pem(name)).publicKey.export({ type: "spki", format: "pem" }));
  return createHash("sha256").update(key.export({ type: "spki", format: "der" })).digest("base64");
}

test("a certificate that a trusted CA signed for the host is taken, by name and by address", { skip }, async (t) => {
  const [url, server] = await serve(t, "server");
  const secured = new Promise((resolve) => {
    server.once("secureConnection", (socket) => resolve([socket.alpnProtocol, socket.getProtocol()]));
  });
  assert.equal(await echo(url, { ca: pem("ca.pem") }), "sealed");
  assert.deepEqual(await secured, ["lace/1", "TLSv1.3"]);
  assert.equal(await echo(url.replace("localhost", "127.0.0.1"), { ca: pem("ca.pem") }), "sealed");
});

test("an unknown CA, another host, an expired certificate are refused with -607", { skip }, async (t) => {
  const ca = pem("ca.pem");
  const [good] = await serve(t, "server");
  await fails(good, {}, /self.signed|unable to verify/i);
  await fails(good, { ca, servername: "elsewhere" }, /does not match/);
  const [other] = await serve(t, "other");
  await fails(other, { ca }, /does not match/);
  assert.equal(await echo(other, { ca, servername: "other.example" }), "sealed");
  const [expired] = await serve(t, "expired");
  await fails(expired, { ca }, /expired/);
});

test("pins are checked besides the chain, and one of several is enough", { skip }, async (t) => {
  const ca = pem("ca.pem");
  const [url] = await serve(t, "server");
  assert.equal(await echo(url, { ca, pins: [pin("other.pem"), `sha256/${pin("server.pem")}`] }), "sealed");
  await fails(url, { ca, pins: [pin("other.pem")] }, /not among the pins/);
  const [rsa] = await serve(t, "other");
  assert.equal(await echo(rsa, { ca, servername: "other.example", pins: [pin("other.pem")] }), "sealed");
  await fails(url, { ca, pins: [] }, /not among the pins/);
  await assert.rejects(echo(url, { ca, pins: ["abc"] }), (e: WirelaceError) => e.code === ErrorCode.INVALID_CONFIG);
  await fails(url, { pins: [pin("server.pem")] }, /self.signed|unable to verify/i);
});

test("a server that asks for a certificate gets this client's, and turns away who has none", { skip }, async (t) => {
  const ca = pem("ca.pem");
  const [url] = await serve(t, "server", { requestCert: true, rejectUnauthorized: true, ca });
  assert.equal(await echo(url, { ca, cert: pem("client.pem"), key: pem("client.key") }), "sealed");
  await assert.rejects(echo(url, { ca }), WirelaceError);
});

test("TLS older than 1.2 is refused", { skip }, async (t) => {
  const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
  const [url] = await serve(t, "server", old);
  await fails(url, { ca: pem("ca.pem") }, /./);
});

test("TLS to a port that speaks plainly fails", { skip }, async (t) => {
  const server = net.createServer((socket) => void socket.end("hello\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  await fails(`tls://localhost:${(server.address() as net.AddressInfo).port}`, {}, /./);
});

test("wss: is a WebSocket within TLS, with the same checks", { skip }, async (t) => {
  const web = createServer({ cert: pem("server.pem"), key: pem("server.key") });
  const sockets = new WebSocketServer({ server: web });
  sockets.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => {
      const asked = data[4] === Kind.REQUEST || data[4] === (Kind.REQUEST | 0x40);
      const answer = encodeFrame(plainFrame(Kind.RESPONSE, 1, Buffer.from("sealed")));
      socket.send(asked ? answer : WELCOME);
    });
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    sockets.clients.forEach((socket) => socket.terminate());
    sockets.close();
    web.close();
  });
  const url = `wss://localhost:${(web.address() as net.AddressInfo).port}`;
  assert.equal(await echo(url, { ca: pem("ca.pem") }), "sealed");
  await fails(url, {}, /self.signed|unable to verify/i);
});
