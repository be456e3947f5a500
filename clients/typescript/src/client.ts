import type { PendingCall } from "./calls.js";
import { ErrorCode } from "./codes.js";
import { fault, faultOf, WirelaceError, type CloseReason, type Fault } from "./error.js";
import { Telling, type ClientEvent, type Counters, type SessionInfo } from "./events.js";
import { Handlers, type Handler, type HandlerOptions } from "./handlers.js";
import type { Dials, DialOptions } from "./link.js";
import { Call, type Answer } from "./message.js";
import { backoffMs, checkTimeout, invalid, settingsOf, type ClientOptions, type Settings } from "./options.js";
import { Session, type SessionOwner } from "./session.js";
import { cancelled, Waiting, type Patience } from "./waiting.js";
import { encodeHeaders, headersOf, type HeadersLike } from "./wire/headers.js";
import { bodyBytes, routeBytes, type BodyLike } from "./wire/text.js";

/**
 * - `new`: not opened yet
 * - `connecting`: for the first time
 * - `open`: messages pass
 * - `reconnecting`: between connections
 * - `closing`: what was accepted is being delivered
 * - `closed`: for good
 */
export type ClientState = "new" | "connecting" | "open" | "reconnecting" | "closing" | "closed";

export interface SendOptions {
  readonly headers?: HeadersLike;
  /** How long to wait for room or a connection. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface RequestOptions {
  readonly headers?: HeadersLike;
  /** How long to wait for the answer; the server is told, and stops its handler when the time is up. */
  readonly timeoutMs?: number;
  /** Aborting it cancels the request, at the server too. */
  readonly signal?: AbortSignal;
}

/**
 * What became of a notification. `sent`, `queued`: accepted, and the transport keeps up, or is behind. `dropped`: there
 * is no room. `refused`: it cannot be sent.
 */
export type SendResult = "sent" | "queued" | "dropped" | "refused";

const ACCEPTED = Promise.resolve();

/**
 * A connection to a server: requests and notifications there, and through handlers also back. After a break it comes
 * back by itself, with a fresh session. Platforms extend it with their transports.
 */
export class BaseClient {
  readonly #url: URL;
  readonly #dials: Dials;
  readonly #dialOptions: DialOptions;
  readonly #settings: Settings;
  readonly #handlers = new Handlers();
  readonly #telling = new Telling();
  readonly #sends: Waiting;
  readonly #requests: Waiting;
  readonly #owner: SessionOwner;
  #state: ClientState = "new";
  #session: Session | undefined;
  #opening: { resolve(): void; reject(error: WirelaceError): void } | undefined;
  #opened: Promise<void> | undefined;
  #attempt = 0;
  #delayMs = 0;
  #openedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastFault: Fault | undefined;
  #tellClosed: (reason: CloseReason) => void = () => undefined;

  /** Completes when the client has ended for good, with the reason; never rejects. */
  readonly closed: Promise<CloseReason>;

  constructor(dials: Dials, url: string, options: ClientOptions) {
    this.#dials = dials;
    this.#settings = settingsOf(options);
    this.#url = parseUrl(url, dials);
    this.#dialOptions = { tls: options.tls ?? {}, webSocket: options.webSocket };
    this.#sends = new Waiting(this.#settings.maxWaiting, "notifications");
    this.#requests = new Waiting(this.#settings.maxWaiting, "requests");
    this.closed = new Promise((resolve) => (this.#tellClosed = resolve));
    if (options.onEvent !== undefined) {
      this.#telling.add(options.onEvent);
    }
    for (const [route, given] of Object.entries(options.handlers ?? {})) {
      if (typeof given === "function") {
        this.#handlers.add(route, given);
      } else {
        this.#handlers.add(route, given.handle, given);
      }
    }
    this.#owner = {
      onOpen: (session) => this.#onOpen(session),
      onProgress: () => this.#pump(),
      onEnd: (session, reason) => this.#onEnd(session, reason),
    };
  }

  /** Where it connects to. */
  get url(): string {
    return this.#url.href;
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Whether messages pass right now. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** What the server has said of the present connection. */
  get session(): SessionInfo | undefined {
    return this.#session?.info;
  }

  /** The time of the last heartbeat's way there and back; undefined before the first. */
  get roundTripMs(): number | undefined {
    return this.#session?.roundTripMs;
  }

  /** Requests that wait for an answer. */
  get pendingRequests(): number {
    return this.#session?.pendingCalls ?? 0;
  }

  /** Bytes that wait for the transport. */
  get queuedBytes(): number {
    return this.#session?.queuedBytes ?? 0;
  }

  /** What has passed so far, and what was dropped. Live. */
  get counters(): Readonly<Counters> {
    return this.#telling.counters;
  }

  /** Adds a handler for the server's notifications and requests to a route; returns what removes it. */
  on(route: string, handler: Handler, options?: HandlerOptions): () => void {
    return this.#handlers.add(route, handler, options);
  }

  /** Is told what happens from now on; returns what ends that. */
  onEvent(listener: (event: ClientEvent) => void): () => void {
    return this.#telling.add(listener);
  }

  /** Connects and greets. A first connection that fails is not tried again: the client is closed then. */
  async open(): Promise<this> {
    if (this.#state === "closed" || this.#state === "closing") {
      throw new WirelaceError(this.#endFault());
    }
    this.#opened ??= new Promise<void>((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.#state = "connecting";
      this.#dial();
    });
    await this.#opened;
    return this;
  }

  #dial(): void {
    const dial = this.#dials[this.#url.protocol.slice(0, -1)];
    try {
      if (dial === undefined) {
        throw new WirelaceError(ErrorCode.UNSUPPORTED_TRANSPORT, this.#url.protocol);
      }
      const parts = {
        settings: this.#settings,
        handlers: this.#handlers,
        telling: this.#telling,
        owner: this.#owner,
      };
      this.#session = new Session(parts, (events) => dial(this.#url, this.#dialOptions, events));
    } catch (e) {
      this.#onEnd(undefined, { initiator: "policy", fault: faultOf(e, ErrorCode.CONNECTION_FAILED) });
    }
  }

  #onOpen(session: Session): void {
    const reconnected = this.#state === "reconnecting";
    this.#state = "open";
    this.#openedAt = performance.now();
    this.#telling.tell({ type: "open", session: session.info, reconnected });
    this.#opening?.resolve();
    this.#opening = undefined;
    this.#pump();
  }

  #pump(): void {
    this.#requests.pump();
    this.#sends.pump();
  }

  #onEnd(session: Session | undefined, reason: CloseReason): void {
    if (session !== this.#session || this.#state === "closed") {
      return;
    }
    this.#session = undefined;
    this.#lastFault = reason.fault;
    const { reconnect } = this.#settings;
    if (this.#state === "open" && performance.now() - this.#openedAt > 2 * this.#delayMs) {
      this.#attempt = 0; // it held; one that breaks at once counts on
    }
    const again = this.#state === "open" || this.#state === "reconnecting";
    if (!again || reconnect === undefined || !reason.fault.retryable || this.#attempt >= reconnect.maxAttempts) {
      this.#finish(reason);
      return;
    }
    this.#state = "reconnecting";
    this.#attempt++;
    const backoff = backoffMs(this.#attempt, reconnect, Math.random());
    this.#delayMs = Math.min(Math.max(backoff, reason.fault.retryAfterMs), 0x7fffffff);
    this.#timer = setTimeout(() => this.#dial(), this.#delayMs);
    this.#telling.tell({ type: "reconnecting", attempt: this.#attempt, delayMs: this.#delayMs, reason });
  }

  #finish(reason: CloseReason): void {
    this.#state = "closed";
    clearTimeout(this.#timer);
    this.#lastFault = reason.fault;
    this.#failWaiting();
    this.#opening?.reject(new WirelaceError(reason.fault));
    this.#opening = undefined;
    this.#telling.tell({ type: "closed", reason });
    this.#tellClosed(reason);
  }

  #failWaiting(): void {
    this.#sends.failAll(this.#endFault());
    this.#requests.failAll(this.#endFault());
  }

  #endFault(): Fault {
    if (this.#state === "closed" && this.#lastFault !== undefined) {
      return this.#lastFault;
    }
    return fault(ErrorCode.CONNECTION_CLOSED, "the client is closing");
  }

  /**
   * Sends a request. Awaited, it is the answer's body; `.text()`, `.json()` and `.answer()` are other forms. While the
   * client reconnects, or as many requests are in flight as may be, it waits, within its timeout. One that was sent is
   * never repeated: at a break it fails with -603, and may have run or not.
   *
   * Fails with a WirelaceError: the code that the server answered, or -643 (no answer in time), -603 (the connection
   * ended), -644 (aborted), -647 (no turn in time, or too many wait), -642 (too large).
   *
   * @param route the server's route, or empty for its default handler
   * @param body not to be changed until the request has settled
   */
  request(route: string, body?: BodyLike, options: RequestOptions = {}): Call {
    return new Call(this.#request(route, body, options));
  }

  async #request(route: string, body: BodyLike | undefined, options: RequestOptions): Promise<Answer> {
    const { signal } = options;
    if (signal?.aborted) {
      throw cancelled(signal);
    }
    const { timeoutMs } = options;
    const patienceMs = timeoutMs === undefined ? this.#settings.requestTimeoutMs : checkTimeout(timeoutMs);
    const deadline = performance.now() + patienceMs;
    const parts = { route: routeBytes(route), headers: headersOf(options.headers), body: bodyBytes(body) };
    return new Promise<Answer>((resolve, reject) => {
      const attempt = (): boolean => {
        const session = this.#live();
        if (session === undefined || !session.takesCalls) {
          return false;
        }
        if (timeoutMs !== undefined) {
          parts.headers.set("deadline-ms", String(Math.max(1, Math.floor(deadline - performance.now()))));
        }
        const aborted = (): void => session.cancel(id, cancelled(signal));
        const settled = <T>(settle: (value: T) => void) => (value: T): void => {
          signal?.removeEventListener("abort", aborted);
          settle(value);
        };
        const call: PendingCall = { deadline, timeoutMs: patienceMs, resolve: settled(resolve), reject: settled(reject) };
        const id = session.call(parts.route, encodeHeaders(parts.headers), parts.body, call);
        signal?.addEventListener("abort", aborted);
        return true;
      };
      if (this.#requests.isEmpty && attempt()) {
        return;
      }
      this.#requests.enter(attempt, this.#patience(patienceMs, signal)).catch(reject);
    });
  }

  /**
   * Sends a notification. Resolves when it is accepted, at once while there is room; waits while the queue is full or
   * the client reconnects. What was accepted and not delivered when a connection breaks is lost.
   *
   * Fails with a WirelaceError: -603 (closed, or not connected in time), -647 (no room in time, or too many wait),
   * -644 (aborted), -642 (too large).
   *
   * @param body not to be changed until the promise has settled
   */
  send(route: string, body?: BodyLike, options: SendOptions = {}): Promise<void> {
    try {
      const { signal } = options;
      if (signal?.aborted) {
        throw cancelled(signal);
      }
      const patienceMs =
        options.timeoutMs === undefined ? this.#settings.sendTimeoutMs : checkTimeout(options.timeoutMs);
      const attempt = this.#sending(route, body, options.headers);
      return this.#sends.isEmpty && attempt()
        ? ACCEPTED
        : this.#sends.enter(attempt, this.#patience(patienceMs, signal));
    } catch (e) {
      return Promise.reject(e);
    }
  }

  /** Sends a notification if there is room now; never waits, never throws because of the connection. */
  trySend(route: string, body?: BodyLike, headers?: HeadersLike): SendResult {
    try {
      if (this.#state !== "open") {
        return "refused";
      }
      if (!this.#sends.isEmpty || !this.#sending(route, body, headers)()) {
        this.#telling.drop("queue-full", 1, "outbound queue is full");
        return "dropped";
      }
      return this.#session?.isBackedUp ? "queued" : "sent";
    } catch (e) {
      if (e instanceof WirelaceError) {
        return "refused";
      }
      throw e;
    }
  }

  #sending(route: string, body: BodyLike | undefined, headers: HeadersLike | undefined): () => boolean {
    const routePart = routeBytes(route);
    const headersPart = encodeHeaders(headersOf(headers));
    const bodyPart = bodyBytes(body);
    return () => {
      const session = this.#live();
      if (session === undefined || !session.takesSends) {
        return false;
      }
      session.send(routePart, headersPart, bodyPart);
      return true;
    };
  }

  /** The session, if there is one right now; throws if there will be none any more. */
  #live(): Session | undefined {
    if (this.#state === "closing" || this.#state === "closed") {
      throw new WirelaceError(this.#endFault());
    }
    return this.#session;
  }

  #patience(timeoutMs: number, signal: AbortSignal | undefined): Patience {
    return {
      timeoutMs,
      signal,
      outOfTime: () => {
        if (this.#state === "open") {
          return fault(ErrorCode.QUEUE_FULL, `no room or no turn within ${timeoutMs} ms`);
        }
        const last = this.#lastFault === undefined ? "" : `; the last failure: ${this.#lastFault.text}`;
        return fault(ErrorCode.CONNECTION_CLOSED, `not connected within ${timeoutMs} ms${last}`);
      },
    };
  }

  /**
   * Ends the client after what was accepted has been delivered; at most `closeTimeoutMs`. Requests without an answer
   * fail with -603.
   */
  async close(): Promise<void> {
    if (this.#state !== "closed" && this.#state !== "closing") {
      this.#state = "closing";
      clearTimeout(this.#timer);
      const reason: CloseReason = {
        initiator: "local",
        fault: fault(ErrorCode.CONNECTION_CLOSED, "closed by this side"),
      };
      this.#failWaiting();
      if (this.#session === undefined) {
        this.#finish(reason);
      } else {
        this.#session.close(reason);
      }
    }
    await this.closed;
  }
}

function parseUrl(text: string, dials: Dials): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid("url", text, "scheme://host:port");
  }
  if (dials[url.protocol.slice(0, -1)] === undefined) {
    const schemes = Object.keys(dials).join(", ");
    throw new WirelaceError(ErrorCode.UNSUPPORTED_TRANSPORT, `url: ${text} (this platform has ${schemes})`);
  }
  if (url.username !== "" || url.password !== "" || url.hash !== "") {
    throw invalid("url", text, "no user information and no #fragment: they have no meaning here");
  }
  return url;
}
