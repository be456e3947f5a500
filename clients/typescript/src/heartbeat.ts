/** So many intervals without a sign of life end a connection. */
const MOST_MISSED = 3;

export interface HeartbeatOwner {
  probe(payload: Uint8Array): void;
  /** Nothing has come for so long. */
  silent(ms: number): void;
  /** Whether it is no fault of the peer that nothing is read from it. */
  isExcused(): boolean;
}

/**
 * Asks a quiet peer for a sign of life. It counts the intervals in which nothing came, not the time: a browser that
 * slept, or slowed the timers of a tab in the background, is not the peer's silence.
 */
export class Heartbeat {
  readonly #intervalMs: number;
  readonly #owner: HeartbeatOwner;
  #timer: ReturnType<typeof setInterval> | undefined;
  #missed = 0;
  roundTripMs: number | undefined;

  constructor(intervalMs: number, owner: HeartbeatOwner) {
    this.#intervalMs = intervalMs;
    this.#owner = owner;
  }

  /** The peer speaks the whole protocol. */
  start(): void {
    if (this.#intervalMs > 0) {
      this.#timer = setInterval(() => this.#tick(), this.#intervalMs);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  onRead(): void {
    this.#missed = 0;
  }

  /** `u8 1, u64` the clock of our probe, in microseconds. */
  onReply(payload: Uint8Array): void {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    const clock = view.getUint32(1) * 0x1_0000_0000 + view.getUint32(5);
    this.roundTripMs = Math.max(0, performance.now() - clock / 1000);
  }

  #tick(): void {
    if (this.#owner.isExcused()) {
      this.#missed = 0;
    }
    if (this.#missed >= MOST_MISSED) {
      this.#owner.silent(this.#missed * this.#intervalMs);
      return;
    }
    this.#missed++;
    const payload = new Uint8Array(9);
    const clock = Math.round(performance.now() * 1000);
    const view = new DataView(payload.buffer);
    view.setUint32(1, Math.floor(clock / 0x1_0000_0000));
    view.setUint32(5, clock >>> 0);
    this.#owner.probe(payload);
  }
}
