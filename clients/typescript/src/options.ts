import { ErrorCode } from "./codes.js";
import { WirelaceError } from "./error.js";
import type { ClientEvent } from "./events.js";
import type { Handler, HandlerOptions } from "./handlers.js";
import type { TlsOptions, WebSocketConstructor } from "./link.js";
import { MAX_LENGTH, MIN_LENGTH } from "./wire/header.js";

/** How a client comes back after its connection has ended. */
export interface ReconnectOptions {
  /** Before the first attempt, halved at random; each further one doubles it. Default 100 ms. */
  readonly minDelayMs?: number;
  /** Never longer than this, unless the server asks for it. Default 30 s. */
  readonly maxDelayMs?: number;
  /** So many attempts in a row without success end the client. Default 20. */
  readonly maxAttempts?: number;
}

/** All of them have a default. Times are in milliseconds; where 0 is taken it switches the rule off. */
export interface ClientOptions {
  /** What the client calls itself in its greeting. Default `wirelace-js`. */
  readonly name?: string;
  /** Whether to greet with HELLO. Without it: no heartbeats, and the server's limits are learned by running into them.
   *  Default `true`. */
  readonly greeting?: boolean;
  /** `lz4` lets the server compress what it sends; this side sends uncompressed. Default `none`. */
  readonly compression?: "none" | "lz4";
  /** How long connecting may take, the greeting included. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** How long a request waits for its answer unless it says otherwise. Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** How long `send` waits for room, or for a connection, unless it says otherwise. Default 30 s. */
  readonly sendTimeoutMs?: number;
  /** How long `close` waits for what was accepted, and for the peer's end. Default 5 s. */
  readonly closeTimeoutMs?: number;
  /** How often a greeted server is asked for a sign of life; three times without any end the connection. 0: never.
   *  Default 15 s. */
  readonly heartbeatMs?: number;
  /** The greatest frame taken. Default 16,777,215 bytes. */
  readonly maxFrameBytes?: number;
  /** Requests that may be unanswered, each way; the server's own bound counts as well. Default 1024. */
  readonly maxInFlight?: number;
  /** Bytes that may wait to be sent before `send` waits. Default 1 MiB. */
  readonly outboundBytes?: number;
  /** Calls of `send`, and as many of `request`, that may wait for room, a turn or a connection; more fail with -647.
   *  Default 1024. */
  readonly maxWaiting?: number;
  /** Bytes of messages that may wait for handlers. Default 1 MiB. */
  readonly mailboxBytes?: number;
  /** Messages that may wait likewise. Default 65,536. */
  readonly mailboxMessages?: number;
  /** How to come back after a break; `false`: not at all. */
  readonly reconnect?: false | ReconnectOptions;
  /** Handlers that are there from the first message on; more can be added by `on`. */
  readonly handlers?: Readonly<Record<string, Handler | (HandlerOptions & { readonly handle: Handler })>>;
  /** Told what happens, from the start on; more listeners can be added by `onEvent`. */
  readonly onEvent?: (event: ClientEvent) => void;
  /** Node only: TLS of `tls:` and `wss:`. */
  readonly tls?: TlsOptions;
  /** The WebSocket for `ws:` and `wss:`. Default: the browser's; in Node one of our own, which can hold a server
   *  back. */
  readonly webSocket?: WebSocketConstructor;
}

export interface ReconnectSettings {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly maxAttempts: number;
}

export interface Settings {
  readonly name: string;
  readonly greeting: boolean;
  readonly compression: "none" | "lz4";
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly sendTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly maxFrameBytes: number;
  readonly maxInFlight: number;
  readonly outboundBytes: number;
  readonly maxWaiting: number;
  readonly mailboxBytes: number;
  readonly mailboxMessages: number;
  readonly reconnect: ReconnectSettings | undefined;
}

/** The longest time that a timer takes. */
const MOST_MS = 0x7fffffff;

/** By name: default, least, most. */
const NUMBERS = {
  connectTimeoutMs: [10_000, 1, MOST_MS],
  requestTimeoutMs: [30_000, 1, MOST_MS],
  sendTimeoutMs: [30_000, 1, MOST_MS],
  closeTimeoutMs: [5_000, 1, MOST_MS],
  heartbeatMs: [15_000, 0, MOST_MS],
  maxFrameBytes: [MAX_LENGTH, MIN_LENGTH, MAX_LENGTH],
  maxInFlight: [1024, 1, 1 << 20],
  outboundBytes: [1024 * 1024, 1024, Number.MAX_SAFE_INTEGER],
  maxWaiting: [1024, 0, 1 << 20],
  mailboxBytes: [1024 * 1024, 1024, Number.MAX_SAFE_INTEGER],
  mailboxMessages: [65_536, 1, Number.MAX_SAFE_INTEGER],
} as const;

const RECONNECT_NUMBERS = {
  minDelayMs: [100, 1, MOST_MS],
  maxDelayMs: [30_000, 1, MOST_MS],
  maxAttempts: [20, 1, Number.MAX_SAFE_INTEGER],
} as const;

const OTHERS = ["name", "greeting", "compression", "reconnect", "handlers", "onEvent", "tls", "webSocket"];

export function invalid(name: string, value: unknown, expected: string): WirelaceError {
  return new WirelaceError(ErrorCode.INVALID_CONFIG, `${name}: ${String(value)} (expected ${expected})`);
}

/** A time that a call was given. */
export function checkTimeout(value: number): number {
  if (!(value > 0 && value <= MOST_MS)) {
    throw new WirelaceError(ErrorCode.INVALID_ARGUMENT, `timeoutMs: ${value} (expected more than 0, to ${MOST_MS})`);
  }
  return value;
}

function numbers<T extends Record<string, readonly [number, number, number]>>(
  given: object,
  ranges: T,
  prefix: string,
): { [K in keyof T]: number } {
  const out: Record<string, number> = {};
  for (const [name, [usual, least, most]] of Object.entries(ranges)) {
    const value = (given as Record<string, unknown>)[name] ?? usual;
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      throw invalid(prefix + name, value, `${least} to ${most}`);
    }
    out[name] = value;
  }
  return out as { [K in keyof T]: number };
}

function known(given: object, names: readonly string[], prefix: string): void {
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      throw new WirelaceError(ErrorCode.INVALID_CONFIG, `${prefix}${name}: no such option (there are ${names.join(", ")})`);
    }
  }
}

/** Checks every option; one that does not exist is an error, not ignored. */
export function settingsOf(options: ClientOptions): Settings {
  known(options, [...Object.keys(NUMBERS), ...OTHERS], "");
  const compression = options.compression ?? "none";
  if (compression !== "none" && compression !== "lz4") {
    throw invalid("compression", compression, "none or lz4");
  }
  let reconnect: ReconnectSettings | undefined;
  if (options.reconnect !== false) {
    known(options.reconnect ?? {}, Object.keys(RECONNECT_NUMBERS), "reconnect.");
    reconnect = numbers(options.reconnect ?? {}, RECONNECT_NUMBERS, "reconnect.");
  }
  return {
    ...numbers(options, NUMBERS, ""),
    name: options.name ?? "wirelace-js",
    greeting: options.greeting ?? true,
    compression,
    reconnect,
  };
}

/**
 * How long to wait before an attempt: doubled each time up to the most, of which a random half, so that the clients of
 * a server that went down do not come back all at once.
 *
 * @param attempt 1 for the first
 * @param random from 0 to 1
 */
export function backoffMs(attempt: number, settings: ReconnectSettings, random: number): number {
  const most = Math.min(settings.maxDelayMs, settings.minDelayMs * 2 ** Math.min(attempt - 1, 31));
  return Math.round(most / 2 + (most / 2) * random);
}
