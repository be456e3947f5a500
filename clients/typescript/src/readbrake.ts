import type { Brake } from "./inbox.js";
import type { Link } from "./link.js";

/** Holds the peer back while at least one reason to do so lasts. */
export class ReadBrake {
  /** Too many requests of the peer are unanswered. */
  readonly inFlight: Brake = this.reason();
  /** What the peer causes finds no room. */
  readonly room: Brake = this.reason();
  readonly #link: Link;
  readonly #reasons = new Set<object>();
  #released = false;

  constructor(link: Link) {
    this.#link = link;
  }

  /** One more reason, which starts and ends by itself. */
  reason(): Brake {
    const brake: Brake = {
      pause: () => this.#pause(brake),
      resume: () => this.#resume(brake),
    };
    return brake;
  }

  /** Whether the transport can hold a peer back at all. */
  get works(): boolean {
    return this.#link.canPause;
  }

  get isPaused(): boolean {
    return this.#reasons.size > 0;
  }

  /** Reads on for good: what comes is thrown away. */
  release(): void {
    this.#released = true;
    if (this.isPaused) {
      this.#reasons.clear();
      this.#link.resume();
    }
  }

  #pause(why: object): void {
    if (!this.#released && this.#link.canPause) {
      this.#reasons.add(why);
      this.#link.pause();
    }
  }

  #resume(why: object): void {
    if (this.#reasons.delete(why) && !this.isPaused) {
      this.#link.resume();
    }
  }
}
