import { ErrorCode } from "./codes.js";
import { WirelaceError, type Fault } from "./error.js";

interface Waiter {
  /** Does its work if it can now; throws if it never will. */
  readonly attempt: () => boolean;
  readonly done: () => void;
  readonly failed: (error: WirelaceError) => void;
}

export interface Patience {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** What to fail with when the time is up. */
  readonly outOfTime: () => Fault;
}

/** Those who wait for room, a turn or a connection, in order, and not too many of them. */
export class Waiting {
  readonly #most: number;
  readonly #what: string;
  readonly #queue = new Set<Waiter>();

  constructor(most: number, what: string) {
    this.#most = most;
    this.#what = what;
  }

  get isEmpty(): boolean {
    return this.#queue.size === 0;
  }

  /** Waits until `attempt` succeeds; it is tried whenever `pump` finds it first in the queue. */
  enter(attempt: () => boolean, patience: Patience): Promise<void> {
    if (this.#queue.size >= this.#most) {
      const text = `${this.#most} ${this.#what} are waiting (maxWaiting)`;
      return Promise.reject(new WirelaceError(ErrorCode.QUEUE_FULL, text));
    }
    return new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#queue.delete(waiter);
        clearTimeout(timer);
        patience.signal?.removeEventListener("abort", aborted);
      };
      const waiter: Waiter = {
        attempt,
        done: () => {
          leave();
          resolve();
        },
        failed: (error) => {
          leave();
          reject(error);
        },
      };
      const aborted = (): void => waiter.failed(cancelled(patience.signal));
      const timer = setTimeout(() => waiter.failed(new WirelaceError(patience.outOfTime())), patience.timeoutMs);
      patience.signal?.addEventListener("abort", aborted);
      this.#queue.add(waiter);
    });
  }

  /** Lets go on as many as can. */
  pump(): void {
    for (const waiter of this.#queue) {
      try {
        if (!waiter.attempt()) {
          return;
        }
        waiter.done();
      } catch (e) {
        waiter.failed(e instanceof WirelaceError ? e : new WirelaceError(ErrorCode.INTERNAL_ERROR, String(e), e));
      }
    }
  }

  failAll(fault: Fault): void {
    for (const waiter of this.#queue) {
      waiter.failed(new WirelaceError(fault));
    }
  }
}

/** What a caller who aborts is told. */
export function cancelled(signal: AbortSignal | undefined): WirelaceError {
  return new WirelaceError(ErrorCode.CANCELLED, "cancelled by the caller", signal?.reason);
}
