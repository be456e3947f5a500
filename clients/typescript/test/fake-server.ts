import * as net from "node:net";
import { FrameDecoder, type FrameSink } from "../src/wire/decoder.js";
import { encodeFrame, faultPayload, greetingPayload, plainFrame, type FrameParts } from "../src/wire/encoder.js";
import { Frame, type FrameId } from "../src/wire/frame.js";
import { Kind, MAX_LENGTH } from "../src/wire/header.js";
import { encodeHeaders } from "../src/wire/headers.js";
import { fault, type Fault } from "../src/error.js";
import { NO_BYTES, routeBytes, utf8 } from "../src/wire/text.js";

/** A frame that a server got, copied. */
export interface Got {
  kind: number;
  id: FrameId;
  route: string;
  headers: Map<string, string>;
  body: string;
  payload: Uint8Array;
}

/** Things that come, for those who wait for them. */
export class Arrivals<T> {
  readonly #here: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  add(item: T): void {
    const waiter = this.#waiting.shift();
    if (waiter === undefined) {
      this.#here.push(item);
    } else {
      waiter(item);
    }
  }

  next(): Promise<T> {
    const item = this.#here.shift();
    return item === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(item);
  }
}

/** One connection of a client to the fake server. */
export class FakePeer implements FrameSink {
  readonly socket: net.Socket;
  /** Frames other than HELLO. */
  readonly frames = new Arrivals<Got>();
  readonly ended = new Arrivals<void>();
  /** How many chunks of bytes the frames came in. */
  chunks = 0;
  readonly #welcome: Record<string, string> | undefined;
  readonly #decoder = new FrameDecoder("server", MAX_LENGTH, this);

  constructor(socket: net.Socket, welcome: Record<string, string> | undefined) {
    this.socket = socket;
    this.#welcome = welcome;
    socket.on("data", (bytes) => {
      this.chunks++;
      this.#decoder.feed(bytes);
    });
    socket.on("end", () => this.ended.add());
    socket.on("error", () => undefined); // resets belong to these tests
  }

  onViolation(why: Fault): void {
    throw new Error(`the client broke the protocol: ${why.text}`);
  }

  onFrame(frame: Frame): void {
    const routed = frame.kind === Kind.REQUEST || frame.kind === Kind.NOTIFICATION;
    const bodied = routed || frame.kind === Kind.RESPONSE;
    if (frame.kind === Kind.HELLO && this.#welcome !== undefined) {
      const headers = new Map(Object.entries(this.#welcome));
      this.send(plainFrame(Kind.WELCOME, 0, greetingPayload({ version: 1, headers })));
      return;
    }
    this.frames.add({
      kind: frame.kind,
      id: frame.id,
      route: routed ? frame.route() : "",
      headers: bodied ? new Map(frame.headers()) : new Map(),
      body: bodied ? Buffer.from(frame.body(MAX_LENGTH)).toString() : "",
      payload: frame.payload(),
    });
  }

  send(...frames: FrameParts[]): void {
    this.socket.write(Buffer.concat(frames.map((frame) => encodeFrame(frame))));
  }

  notify(route: string, body: string): void {
    this.send({ kind: Kind.NOTIFICATION, id: 0, route: routeBytes(route), headers: NO_BYTES, body: utf8(body) });
  }

  request(id: FrameId, route: string, body: string, headers: Record<string, string> = {}): void {
    const block = encodeHeaders(new Map(Object.entries(headers)));
    this.send({ kind: Kind.REQUEST, id, route: routeBytes(route), headers: block, body: utf8(body) });
  }

  respond(id: FrameId, body: string): void {
    this.send(plainFrame(Kind.RESPONSE, id, utf8(body)));
  }

  error(id: FrameId, code: number, text = "", more: Partial<Fault> = {}): void {
    this.send(plainFrame(Kind.ERROR, id, faultPayload({ ...fault(code, text), ...more })));
  }
}

/** A server whose frames a test writes. */
export class FakeServer {
  readonly peers = new Arrivals<FakePeer>();
  /** What WELCOME says; undefined: HELLO is a frame like others. */
  welcome: Record<string, string> | undefined = { session: "s1", node: "fake" };
  connections = 0;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor(server: net.Server) {
    this.#server = server;
    server.on("connection", (socket: net.Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      this.peers.add(new FakePeer(socket, this.welcome));
    });
  }

  static async start(): Promise<FakeServer> {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true });
    const fake = new FakeServer(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get url(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
