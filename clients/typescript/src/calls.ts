import { ErrorCode } from "./codes.js";
import { fault, WirelaceError, type Fault } from "./error.js";
import { Answer } from "./message.js";
import type { FrameId } from "./wire/frame.js";

/** A request of this side. */
export interface PendingCall {
  /** When its time is up, on `performance.now()`. */
  readonly deadline: number;
  readonly timeoutMs: number;
  resolve(answer: Answer): void;
  reject(error: WirelaceError): void;
}

/** The requests of one connection that wait for answers: numbers them, matches answers, ends those out of time. */
export class Calls {
  readonly #pending = new Map<FrameId, PendingCall>();
  readonly #expired: (id: FrameId) => void;
  #lastId = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  /** `expired` is told of each id that is given up. */
  constructor(expired: (id: FrameId) => void) {
    this.#expired = expired;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** The id for the next call. It is taken only by `put`. */
  get nextId(): number {
    return this.#lastId + 1;
  }

  put(call: PendingCall): number {
    const id = ++this.#lastId;
    this.#pending.set(id, call);
    this.#watch(call.deadline);
    return id;
  }

  /** The call of an id, taken out. */
  take(id: FrameId): PendingCall | undefined {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) {
      this.#unwatch();
    }
    return call;
  }

  failAll(why: Fault): void {
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    this.#unwatch();
    for (const call of calls) {
      call.reject(new WirelaceError(why));
    }
  }

  /** One timer for all: at the earliest deadline. */
  #watch(deadline: number): void {
    if (deadline < this.#timerAt) {
      clearTimeout(this.#timer);
      this.#timerAt = deadline;
      this.#timer = setTimeout(() => this.#expire(), Math.max(1, deadline - performance.now()));
    }
  }

  #unwatch(): void {
    clearTimeout(this.#timer);
    this.#timerAt = Infinity;
  }

  #expire(): void {
    const now = performance.now();
    let earliest = Infinity;
    this.#timerAt = Infinity;
    for (const [id, call] of this.#pending) {
      if (call.deadline <= now + 1) {
        this.#pending.delete(id);
        call.reject(new WirelaceError(fault(ErrorCode.REQUEST_TIMEOUT, `no answer within ${call.timeoutMs} ms`)));
        this.#expired(id);
      } else {
        earliest = Math.min(earliest, call.deadline);
      }
    }
    if (earliest < Infinity) {
      this.#watch(earliest);
    }
  }
}
