import type { CloseReason, WirelaceError } from "./error.js";

/** Why a message was dropped. */
export type Drop = "unknown-id" | "second-answer" | "no-route" | "malformed" | "queue-full" | "session-ended";

/** What the server said of the connection. */
export interface SessionInfo {
  /** The server's id of it; empty without a greeting. */
  readonly id: string;
  /** The server's name. */
  readonly node: string;
  /** The URI scheme that carries it. */
  readonly transport: string;
  /** Features agreed. */
  readonly features: readonly string[];
  /** The greatest frame that the server takes. */
  readonly maxFrameBytes: number;
  /** Requests that the server works on at a time. */
  readonly maxInFlight: number;
}

/** What happens to a client, besides messages. */
export type ClientEvent =
  /** Connected and greeted; `reconnected` after a break: what the server kept for the old session is gone. */
  | { readonly type: "open"; readonly session: SessionInfo; readonly reconnected: boolean }
  /** The connection has ended, and another attempt follows after `delayMs`. */
  | { readonly type: "reconnecting"; readonly attempt: number; readonly delayMs: number; readonly reason: CloseReason }
  /** The client has ended for good. */
  | { readonly type: "closed"; readonly reason: CloseReason }
  /** The server leaves: what is in flight is finished first. `redirect` is its proposal, which is not followed. */
  | { readonly type: "goaway"; readonly error: WirelaceError; readonly redirect: string | undefined }
  /** The server reported an error about the connection, or broke the protocol. */
  | { readonly type: "error"; readonly error: WirelaceError }
  /** A handler threw or rejected. */
  | { readonly type: "handler-failed"; readonly route: string; readonly failure: unknown }
  /** Messages were dropped. */
  | { readonly type: "dropped"; readonly why: Drop; readonly count: number; readonly detail: string };

/** What has passed, over all connections of a client. */
export interface Counters {
  framesIn: number;
  framesOut: number;
  bytesIn: number;
  bytesOut: number;
  readonly dropped: Record<Drop, number>;
}

export function newCounters(): Counters {
  const dropped = {
    "unknown-id": 0,
    "second-answer": 0,
    "no-route": 0,
    malformed: 0,
    "queue-full": 0,
    "session-ended": 0,
  };
  return { framesIn: 0, framesOut: 0, bytesIn: 0, bytesOut: 0, dropped };
}

/** Tells listeners, counts drops. A listener that throws disturbs nobody. */
export class Telling {
  readonly counters = newCounters();
  readonly #listeners = new Set<(event: ClientEvent) => void>();

  add(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(event: ClientEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (failure) {
        console.error("wirelace: an event listener threw", failure);
      }
    }
  }

  drop(why: Drop, count: number, detail: string): void {
    this.counters.dropped[why] += count;
    this.tell({ type: "dropped", why, count, detail });
  }
}
