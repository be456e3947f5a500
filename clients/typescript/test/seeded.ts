/** Randomness from a seed, which every failure names. WIRELACE_SEED repeats a run. */
export class Seeded {
  readonly seed: number;
  #state: number;

  constructor(seed = Number(process.env["WIRELACE_SEED"] ?? Math.floor(Math.random() * 2 ** 31))) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** mulberry32: 0 to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(most: number): number {
    return Math.floor(this.next() * most);
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }

  text(most: number): string {
    const letters = ["a", "z", "0", "-", ".", "ü", "ß", "€", "😀", " "];
    return Array.from({ length: this.below(most) }, () => letters[this.below(letters.length)]).join("");
  }

  /** Runs a body; what it throws names the seed. */
  run(body: () => void): void {
    try {
      body();
    } catch (e) {
      throw new Error(`WIRELACE_SEED=${this.seed}`, { cause: e });
    }
  }
}
