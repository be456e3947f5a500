import { ErrorCode } from "./codes.js";
import { WirelaceError } from "./error.js";
import type { Message } from "./message.js";
import type { HeadersLike } from "./wire/headers.js";
import { routeBytes, type BodyLike } from "./wire/text.js";

/** An answer with headers. */
export interface Reply {
  readonly body?: BodyLike;
  readonly headers?: HeadersLike;
}

/**
 * Takes a message of the server. What it returns (or its promise) is the answer to a request; for a notification it is
 * ignored. A WirelaceError that it throws is the answer, with its code and text; for anything else the server is told
 * -646 and no more.
 */
export type Handler = (message: Message) => BodyLike | Reply | void | Promise<BodyLike | Reply | void>;

export interface HandlerOptions {
  /**
   * `ordered` (default): one message after the other, over all ordered routes, each when the promise of the one before
   * has settled. `concurrent`: at once, up to max-in-flight.
   */
  readonly mode?: "ordered" | "concurrent";
}

export interface Registered {
  readonly handle: Handler;
  readonly concurrent: boolean;
}

/** The handlers of a client by route; the empty route takes what comes without one. */
export class Handlers {
  readonly #byRoute = new Map<string, Registered>();

  /** Adds one; returns what removes it. */
  add(route: string, handle: Handler, options: HandlerOptions = {}): () => void {
    routeBytes(route);
    if (typeof handle !== "function") {
      throw new WirelaceError(ErrorCode.INVALID_ARGUMENT, `handler of route ${route}: expected a function`);
    }
    const mode = options.mode ?? "ordered";
    if (mode !== "ordered" && mode !== "concurrent") {
      throw new WirelaceError(ErrorCode.INVALID_ARGUMENT, `mode: ${String(mode)} (expected ordered or concurrent)`);
    }
    if (this.#byRoute.has(route)) {
      throw new WirelaceError(ErrorCode.ALREADY_EXISTS, `route ${route} has a handler already`);
    }
    const registered = { handle, concurrent: mode === "concurrent" };
    this.#byRoute.set(route, registered);
    return () => {
      if (this.#byRoute.get(route) === registered) {
        this.#byRoute.delete(route);
      }
    };
  }

  get(route: string): Registered | undefined {
    return this.#byRoute.get(route);
  }
}
