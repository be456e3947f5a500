import { createHash, randomBytes, randomFillSync } from "node:crypto";
import type * as net from "node:net";
import { ErrorCode } from "../codes.js";
import { fault, type Fault } from "../error.js";
import type { Dial, LinkEvents } from "../link.js";
import { NO_BYTES } from "../wire/text.js";
import { frameHead, maskBytes, Opcode, WebSocketDecoder, type WebSocketSink } from "./rfc6455.js";
import { openSocket, SocketLink } from "./socket.js";
import { socketUrl, SUBPROTOCOL } from "./websocket.js";

/** What a server's answer to the upgrade may have. */
const MOST_HEAD_BYTES = 16 * 1024;

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Pongs that wait; a server that sends pings and does not read gets no more of them. */
const MOST_BUFFERED_FOR_PONG = 64 * 1024;

const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;
const NO_STATUS = 1005;

/**
 * A link over WebSocket (RFC 6455) on a socket of Node. Unlike the platform's WebSocket it holds a server back that is
 * too fast, knows what waits, and says why connecting failed. No extensions.
 */
class NodeWebSocketLink extends SocketLink implements WebSocketSink {
  readonly #target: URL;
  readonly #key = randomBytes(16).toString("base64");
  readonly #decoder = new WebSocketDecoder(this);
  readonly #masks = new Uint8Array(4096);
  #maskAt = 4096;
  #head = Buffer.alloc(0);
  #open = false;
  #closeSent = false;

  constructor(url: URL, socket: net.Socket, secure: boolean, events: LinkEvents) {
    super(url, socket, secure, events);
    this.#target = socketUrl(url);
  }

  protected override onConnected(): void {
    const { host, pathname, search } = this.#target;
    const request = [
      `GET ${pathname}${search} HTTP/1.1`,
      `Host: ${host}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${this.#key}`,
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
    ];
    this.push(Buffer.from(request.join("\r\n") + "\r\n\r\n", "latin1"));
  }

  protected override onData(bytes: Uint8Array): void {
    if (this.#open) {
      this.#decoder.feed(bytes);
      return;
    }
    this.#head = Buffer.concat([this.#head, bytes]);
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0 ? this.#head.length > MOST_HEAD_BYTES : end > MOST_HEAD_BYTES) {
      this.#refuse(fault(ErrorCode.HANDSHAKE_FAILED, `the answer to the upgrade is over ${MOST_HEAD_BYTES} bytes`));
    } else if (end >= 0) {
      const rest = this.#head.subarray(end + 4);
      const wrong = this.#judgeUpgrade(this.#head.toString("latin1", 0, end));
      this.#head = Buffer.alloc(0);
      if (wrong !== undefined) {
        this.#refuse(wrong);
        return;
      }
      this.#open = true;
      this.events.onOpen();
      this.#decoder.feed(rest);
    }
  }

  #refuse(why: Fault): void {
    this.reason ??= why;
    this.socket.destroy();
  }

  /** RFC 6455, section 4.1: what the answer must say. */
  #judgeUpgrade(head: string): Fault | undefined {
    const [status = "", ...lines] = head.split("\r\n");
    const code = /^HTTP\/1\.1 (\d{3})( |$)/.exec(status)?.[1];
    if (code !== "101") {
      return refusedUpgrade(code, status.slice(0, 80));
    }
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(":");
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    const accept = createHash("sha1").update(this.#key + GUID).digest("base64");
    const protocol = headers.get("sec-websocket-protocol");
    const holds =
      headers.get("upgrade")?.toLowerCase() === "websocket" &&
      /(^|,)\s*upgrade\s*(,|$)/i.test(headers.get("connection") ?? "") &&
      headers.get("sec-websocket-accept") === accept &&
      !headers.has("sec-websocket-extensions") &&
      (protocol === undefined || protocol === SUBPROTOCOL);
    return holds ? undefined : fault(ErrorCode.HANDSHAKE_FAILED, "the answer to the upgrade breaks RFC 6455");
  }

  protected override onEnd(): void {
    this.reason ??= this.#open
      ? undefined
      : fault(ErrorCode.CONNECTION_FAILED, "the server closed the connection before it answered the upgrade");
    this.socket.destroySoon();
  }

  // ---- frames of the server ----

  onPayload(bytes: Uint8Array): void {
    this.events.onBytes(bytes);
  }

  onMessageEnd(): void {
    this.events.onMessageEnd();
  }

  onControl(opcode: number, payload: Uint8Array): void {
    if (opcode === Opcode.PING) {
      if (this.bufferedBytes < MOST_BUFFERED_FOR_PONG && !this.#closeSent) {
        this.#frame(Opcode.PONG, payload.slice());
      }
    } else if (opcode === Opcode.CLOSE) {
      this.#decoder.stop();
      const code = payload.length >= 2 ? new DataView(payload.buffer, payload.byteOffset).getUint16(0) : NO_STATUS;
      const text = Buffer.from(payload.subarray(2)).toString("utf8");
      const said = text === "" ? "" : `, ${text}`;
      this.reason ??= fault(ErrorCode.CONNECTION_CLOSED, `the WebSocket was closed (${code}${said})`);
      this.#close(payload.length >= 2 ? code : NORMAL);
      this.socket.end();
    }
  }

  onBroken(text: string): void {
    this.events.onViolation(fault(ErrorCode.PROTOCOL_ERROR, `WebSocket: ${text}`));
    this.#close(PROTOCOL_ERROR);
    this.socket.end();
  }

  // ---- frames to the server ----

  override write(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#closeSent && this.socket.writable) {
      this.#frame(Opcode.BINARY, bytes);
    }
  }

  #frame(opcode: number, payload: Uint8Array): void {
    if (this.#maskAt === this.#masks.length) {
      randomFillSync(this.#masks);
      this.#maskAt = 0;
    }
    const mask = this.#masks.slice(this.#maskAt, (this.#maskAt += 4));
    const head = frameHead(opcode, payload.length, mask);
    maskBytes(payload, mask);
    this.socket.cork();
    this.push(head);
    if (payload.length > 0) {
      this.push(payload);
    }
    this.socket.uncork();
  }

  #close(code: number): void {
    if (!this.#closeSent && this.socket.writable) {
      const payload = code === NO_STATUS ? NO_BYTES : Uint8Array.of(code >> 8, code & 0xff);
      this.#frame(Opcode.CLOSE, payload);
    }
    this.#closeSent = true;
  }

  /** The server answers with its own Close, and closes the connection. */
  override end(): void {
    this.#close(NORMAL);
  }
}

function refusedUpgrade(code: string | undefined, status: string): Fault {
  const text = `the server answered the upgrade with: ${status}`;
  switch (code) {
    case "401":
      return fault(ErrorCode.AUTHENTICATION_REQUIRED, text);
    case "403":
      return fault(ErrorCode.PERMISSION_DENIED, text);
    case "429":
    case "503":
      return fault(ErrorCode.CONNECTION_LIMIT, text);
    default:
      return fault(ErrorCode.HANDSHAKE_FAILED, text);
  }
}

/** Dials `ws://host:port/path` and `wss://…`. */
export const dialNodeWebSocket: Dial = (url, options, events) => {
  const secure = url.protocol === "wss:";
  const wanted = secure ? { alpn: "http/1.1", defaultPort: 443 } : { alpn: undefined, defaultPort: 80 };
  const socket = openSocket(url, wanted, options.tls);
  return new NodeWebSocketLink(url, socket, secure, events);
};
