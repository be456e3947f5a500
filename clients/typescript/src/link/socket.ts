import { createHash, timingSafeEqual, X509Certificate } from "node:crypto";
import * as net from "node:net";
import * as tls from "node:tls";
import { ErrorCode } from "../codes.js";
import { fault, WirelaceError, type Fault } from "../error.js";
import type { Dial, Link, LinkEvents, TlsOptions } from "../link.js";
import { invalid } from "../options.js";

/** Where `tcp://host` and `tls://host` mean. */
const DEFAULT_PORT = 7420;

/**
 * A name may have several addresses: all are tried, families in turn (RFC 8305). Node does so by default, unless the
 * program says otherwise; but it gives up on one address before it tries the next, so each gets more than its 250 ms.
 */
const ALL_ADDRESSES = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 1000 } as const;

interface Wanted {
  /** The name of the application protocol, for TLS; without TLS undefined. */
  readonly alpn: string | undefined;
  readonly defaultPort: number;
}

/** Opens a socket, with TLS where a protocol for that is named. */
export function openSocket(url: URL, { alpn, defaultPort }: Wanted, options: TlsOptions): net.Socket {
  if (url.protocol === "unix:") {
    return net.connect({ path: decodeURIComponent(url.pathname), allowHalfOpen: true });
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? defaultPort : Number(url.port);
  if (host === "" || port === 0) {
    throw invalid("url", url.href, "a host, and a port that is not 0");
  }
  if (alpn === undefined) {
    return net.connect({ ...ALL_ADDRESSES, host, port, noDelay: true, allowHalfOpen: true });
  }
  const { servername, pins, ...identity } = options;
  pins?.forEach(pinBytes); // judged before anything is dialled
  const name = servername ?? (net.isIP(host) ? undefined : host);
  const socket = tls.connect({
    ...(identity as tls.ConnectionOptions),
    ...ALL_ADDRESSES,
    host,
    port,
    ...(name === undefined ? {} : { servername: name }),
    minVersion: "TLSv1.2",
    ALPNProtocols: [alpn],
    checkServerIdentity: (checked, certificate) =>
      tls.checkServerIdentity(checked, certificate) ?? checkPins(certificate, pins),
  });
  socket.allowHalfOpen = true;
  socket.setNoDelay(true);
  return socket;
}

function checkPins(certificate: tls.PeerCertificate, pins: readonly string[] | undefined): Error | undefined {
  if (pins === undefined) {
    return undefined;
  }
  // Not its `pubkey`, which is a SubjectPublicKeyInfo only where the key is RSA.
  const key = new X509Certificate(certificate.raw).publicKey.export({ type: "spki", format: "der" });
  const hash = createHash("sha256").update(key).digest();
  const held = pins.some((pin) => timingSafeEqual(pinBytes(pin), hash));
  return held ? undefined : new Error(`the server's key is ${hash.toString("base64")}, which is not among the pins`);
}

function pinBytes(pin: string): Buffer {
  const bytes = Buffer.from(pin.replace(/^sha256\//, ""), "base64");
  if (bytes.length !== 32) {
    throw invalid("tls.pins", pin, "the SHA-256 of a public key in base64, after sha256/ or alone");
  }
  return bytes;
}

/** What a failed connect is called. */
export function connectFault(url: URL, error: NodeJS.ErrnoException, secure: boolean): Fault {
  const text = `cannot connect to ${url.href}: ${error.message || String(error.code)}`;
  switch (error.code) {
    case "ECONNREFUSED":
    case "ENOENT": // a Unix socket that is not there
      return fault(ErrorCode.CONNECTION_REFUSED, text, error);
    case "ETIMEDOUT":
      return fault(ErrorCode.CONNECTION_TIMEOUT, text, error);
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ECONNRESET":
    case "EPIPE":
    case "EACCES":
      return fault(ErrorCode.CONNECTION_FAILED, text, error);
    default:
      return fault(secure ? ErrorCode.TLS_FAILED : ErrorCode.CONNECTION_FAILED, text, error);
  }
}

/** What all links over a socket of Node have in common: how much waits, and how it ends. */
export abstract class SocketLink implements Link {
  readonly canPause = true;
  readonly transport: string;
  protected readonly socket: net.Socket;
  protected readonly events: LinkEvents;
  /** The reason, where one is known before the socket closes. */
  protected reason: Fault | undefined;
  #buffered = 0;
  #below = 0;

  constructor(url: URL, socket: net.Socket, secure: boolean, events: LinkEvents) {
    this.transport = url.protocol.slice(0, -1);
    this.socket = socket;
    this.events = events;
    let connected = false;
    socket.once(secure ? "secureConnect" : "connect", () => {
      connected = true;
      this.onConnected();
    });
    socket.on("data", (bytes: Buffer) => this.onData(bytes));
    socket.on("end", () => this.onEnd());
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.reason ??= connected
        ? fault(ErrorCode.CONNECTION_CLOSED, `the connection was lost: ${error.message}`, error)
        : connectFault(url, error, secure);
    });
    socket.on("close", () => {
      events.onClosed(this.reason ?? fault(ErrorCode.CONNECTION_CLOSED, "the connection is closed"));
    });
  }

  protected abstract onConnected(): void;
  protected abstract onData(bytes: Uint8Array): void;
  protected abstract onEnd(): void;
  abstract write(bytes: Uint8Array<ArrayBuffer>): void;
  abstract end(): void;

  get bufferedBytes(): number {
    return this.#buffered;
  }

  protected push(bytes: Uint8Array): void {
    const count = bytes.length;
    this.#buffered += count;
    this.socket.write(bytes, () => {
      this.#buffered -= count;
      if (this.#buffered < this.#below) {
        this.#below = 0;
        this.events.onRoom();
      }
    });
  }

  watchRoom(below: number): void {
    this.#below = below;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  abort(): void {
    this.socket.destroy();
  }
}

/** Frames as a byte stream: `tcp:`, `tls:`, `unix:`. */
class StreamLink extends SocketLink {
  protected override onConnected(): void {
    this.events.onOpen();
  }

  protected override onData(bytes: Uint8Array): void {
    this.events.onBytes(bytes);
  }

  protected override onEnd(): void {
    this.events.onPeerEnd();
    if (this.socket.writableEnded) {
      this.socket.destroySoon();
    }
  }

  override write(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.socket.writable) {
      this.push(bytes);
    }
  }

  override end(): void {
    this.socket.end();
  }
}

/** Dials `tcp://host:port`, `tls://host:port` and `unix:/path`. */
export const dialSocket: Dial = (url, options, events) => {
  if (url.search !== "") {
    throw new WirelaceError(ErrorCode.INVALID_CONFIG, `url: ${url.href}: there are no options for ${url.protocol}`);
  }
  const secure = url.protocol === "tls:";
  const socket = openSocket(url, { alpn: secure ? "lace/1" : undefined, defaultPort: DEFAULT_PORT }, options.tls);
  return new StreamLink(url, socket, secure, events);
};
