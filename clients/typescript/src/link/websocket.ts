import { ErrorCode } from "../codes.js";
import { fault, WirelaceError } from "../error.js";
import type { Dial, Link, LinkEvents, WebSocketConstructor, WebSocketLike } from "../link.js";

/** The subprotocol of frames in binary messages. */
export const SUBPROTOCOL = "lace.v1";

/** How often a WebSocket is asked whether it has sent: it does not tell. */
const POLL_MS = 4;

/** Where `ws://host:port` means. */
export function socketUrl(url: URL): URL {
  const target = new URL(url);
  if (target.pathname === "" || target.pathname === "/") {
    target.pathname = "/lace";
  }
  return target;
}

/** Dials by the WebSocket of the options, or the platform's own. */
export const dialWebSocket: Dial = (url, options, events) => {
  const constructor = options.webSocket ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (constructor === undefined) {
    throw new WirelaceError(ErrorCode.UNSUPPORTED_TRANSPORT, "there is no WebSocket here: pass one as webSocket");
  }
  const scheme = url.protocol.slice(0, -1);
  return new WebSocketLink(scheme, new constructor(socketUrl(url).href, [SUBPROTOCOL]), url.href, events);
};

/** A link over a browser's WebSocket, or one that looks like it. It cannot hold the peer back. */
class WebSocketLink implements Link {
  readonly canPause = false;
  readonly transport: string;
  readonly #socket: WebSocketLike;
  readonly #events: LinkEvents;
  #poll: ReturnType<typeof setInterval> | undefined;
  #opened = false;
  #over = false;

  constructor(transport: string, socket: WebSocketLike, target: string, events: LinkEvents) {
    this.transport = transport;
    this.#socket = socket;
    this.#events = events;
    let detail = "";
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#opened = true;
      events.onOpen();
    };
    socket.onmessage = (event: { data: unknown }) => this.#onMessage(event.data);
    socket.onerror = (event: { message?: string }) => {
      detail = event.message ?? "";
    };
    socket.onclose = (event: { code: number; reason: string }) => {
      const why = event.reason === "" ? "" : `, ${event.reason}`;
      const failed = `cannot connect to ${target}: ${detail || "a browser does not say why; see its console"}`;
      this.#finish(
        this.#opened
          ? fault(ErrorCode.CONNECTION_CLOSED, `the WebSocket was closed (${event.code}${why})`)
          : fault(ErrorCode.CONNECTION_FAILED, failed),
      );
    };
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  #onMessage(data: unknown): void {
    if (this.#over) {
      return;
    }
    if (data instanceof ArrayBuffer) {
      this.#events.onBytes(new Uint8Array(data));
      this.#events.onMessageEnd();
    } else {
      this.#events.onViolation(fault(ErrorCode.PROTOCOL_ERROR, "a text message (expected binary ones)"));
    }
  }

  write(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#over) {
      this.#socket.send(bytes);
    }
  }

  watchRoom(below: number): void {
    if (this.#poll !== undefined || this.#over) {
      return;
    }
    this.#poll = setInterval(() => {
      if (this.#socket.bufferedAmount < below) {
        this.#stopPoll();
        this.#events.onRoom();
      }
    }, POLL_MS);
  }

  #stopPoll(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
  }

  pause(): void {
    // canPause says that it cannot.
  }

  resume(): void {
    // As above.
  }

  end(): void {
    this.#socket.close(1000);
  }

  /** A WebSocket has no way to close without its handshake; so nobody waits for that here. */
  abort(): void {
    this.#socket.close(1000);
    queueMicrotask(() => this.#finish(fault(ErrorCode.CONNECTION_CLOSED, "the WebSocket was given up")));
  }

  #finish(why: ReturnType<typeof fault>): void {
    if (!this.#over) {
      this.#over = true;
      this.#stopPoll();
      this.#events.onClosed(why);
    }
  }
}
