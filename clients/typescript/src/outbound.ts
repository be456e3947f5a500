import type { Counters } from "./events.js";
import type { Link } from "./link.js";
import { frameBytes, writeFrame, type FrameParts } from "./wire/encoder.js";
import { MAX_LENGTH } from "./wire/header.js";

const LEAST_CHUNK_BYTES = 1024;

/** So many bytes go to the link at once, also within a tick. */
const MOST_CHUNK_BYTES = 64 * 1024;

/** A flush waits for so many microtasks in which nothing was added. */
const QUIET_HOPS = 4;

/**
 * Frames on their way to the link. What one tick sends leaves in one write, that is, in one message of a WebSocket. A
 * tick here is a run of microtasks: so `for (…) await client.send(…)` is one as well.
 */
export class Outbound {
  readonly #link: Link;
  readonly #counters: Counters;
  readonly #most: number;
  /** The greatest length field that the peer takes. */
  peerMaxLength = MAX_LENGTH;
  #chunk = new Uint8Array(0);
  #used = 0;
  #frames = 0;
  #lastFlush = LEAST_CHUNK_BYTES;
  #scheduled = false;
  #held = true;
  #ended = false;

  constructor(link: Link, counters: Counters, mostBytes: number) {
    this.#link = link;
    this.#counters = counters;
    this.#most = mostBytes;
  }

  /** Bytes that wait, here and in the link. */
  get queuedBytes(): number {
    return this.#used + this.#link.bufferedBytes;
  }

  get hasRoom(): boolean {
    return this.queuedBytes < this.#most;
  }

  /** Whether the transport takes less than is sent. */
  get isBackedUp(): boolean {
    return this.#link.bufferedBytes > 0;
  }

  /** Whether there is room; if not, the link will tell when there is. */
  askRoom(): boolean {
    if (!this.hasRoom) {
      this.flush();
      this.#link.watchRoom(this.#most);
    }
    return this.hasRoom;
  }

  /** The link is open. */
  release(): void {
    this.#held = false;
    this.flush();
  }

  /**
   * Encodes a frame into the open chunk; false if it is too late for that.
   *
   * @throws WirelaceError -642 if it is larger than the peer takes
   */
  append(frame: FrameParts): boolean {
    const bytes = frameBytes(frame, this.peerMaxLength);
    if (this.#ended) {
      return false;
    }
    if (this.#used + bytes > this.#chunk.length) {
      this.#makeRoom(bytes);
    }
    writeFrame(this.#chunk, this.#used, frame, bytes);
    this.#used += bytes;
    this.#frames++;
    this.#counters.framesOut++;
    if (this.#used >= MOST_CHUNK_BYTES) {
      this.flush();
    } else if (!this.#scheduled) {
      this.#scheduled = true;
      this.#hop(this.#frames, QUIET_HOPS);
    }
    return true;
  }

  #makeRoom(bytes: number): void {
    if (this.#used > 0 && this.#used + bytes > MOST_CHUNK_BYTES) {
      this.flush();
    }
    const wanted = Math.max(this.#used + bytes, Math.min(MOST_CHUNK_BYTES, 2 * Math.max(this.#used, this.#lastFlush)));
    const grown = new Uint8Array(wanted);
    grown.set(this.#chunk.subarray(0, this.#used));
    this.#chunk = grown;
  }

  #hop(frames: number, quiet: number): void {
    queueMicrotask(() => {
      if (this.#frames === frames && quiet === 0) {
        this.#scheduled = false;
        this.flush();
      } else {
        this.#hop(this.#frames, this.#frames === frames ? quiet - 1 : QUIET_HOPS);
      }
    });
  }

  flush(): void {
    if (this.#held || this.#used === 0) {
      return;
    }
    const bytes = this.#chunk.subarray(0, this.#used);
    this.#counters.bytesOut += this.#used;
    this.#lastFlush = Math.max(LEAST_CHUNK_BYTES, Math.min(this.#used, MOST_CHUNK_BYTES / 2));
    this.#clear();
    this.#link.write(bytes);
  }

  #clear(): void {
    this.#chunk = new Uint8Array(0);
    this.#used = 0;
    this.#frames = 0;
  }

  /** Sends what is there, then ends this direction. Nothing is taken any more. */
  finish(): void {
    if (!this.#ended) {
      this.flush();
      this.#ended = true;
      this.#link.end();
    }
  }

  /** Throws away what the link has not got; returns how many frames that were. */
  discard(): number {
    const frames = this.#frames;
    this.#ended = true;
    this.#clear();
    return frames;
  }
}
