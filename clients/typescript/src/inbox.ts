import { HEADER_BYTES } from "./wire/header.js";

/** A message that waits for its handler, or is with it. */
export interface Task {
  readonly bytes: number;
  /** Calls the handler; a promise if it is not done yet. Never throws, never rejects. */
  run(): Promise<void> | undefined;
}

/** What holds a sender back. */
export interface Brake {
  pause(): void;
  resume(): void;
}

/** Tasks of which at most `limit` are with their handlers. */
class Lane {
  readonly #limit: number;
  readonly #started: (task: Task) => void;
  #waiting: Task[] = [];
  #head = 0;
  #running = 0;
  #draining = false;

  constructor(limit: number, started: (task: Task) => void) {
    this.#limit = limit;
    this.#started = started;
  }

  add(task: Task): void {
    this.#waiting.push(task);
    this.drain();
  }

  get isIdle(): boolean {
    return this.#running === 0 && this.#head === this.#waiting.length;
  }

  drain(): void {
    if (this.#draining) {
      return; // a handler that is being called has caused this
    }
    this.#draining = true;
    while (this.#running < this.#limit && this.#head < this.#waiting.length) {
      this.#run(this.#take());
    }
    this.#draining = false;
  }

  #take(): Task {
    const task = this.#waiting[this.#head++] as Task;
    if (this.#head === this.#waiting.length || this.#head > 1024) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return task;
  }

  #run(task: Task): void {
    this.#started(task);
    this.#running++;
    const promise = task.run();
    if (promise === undefined) {
      this.#running--;
    } else {
      void promise.then(() => {
        this.#running--;
        this.drain();
      });
    }
  }
}

/**
 * The messages of one session that wait for handlers, in two lanes: ordered, one at a time, and concurrent. Bounded:
 * beyond it the brake is pulled, which holds the sender back; where that is not possible `offer` refuses.
 */
export class Inbox {
  readonly #mostMessages: number;
  readonly #mostBytes: number;
  readonly #brake: Brake | undefined;
  readonly #ordered: Lane;
  readonly #concurrent: Lane;
  #messages = 0;
  #bytes = 0;
  #braking = false;

  constructor(bounds: { messages: number; bytes: number; concurrent: number }, brake: Brake | undefined) {
    this.#mostMessages = bounds.messages;
    this.#mostBytes = bounds.bytes;
    this.#brake = brake;
    const started = (task: Task): void => this.#taken(task);
    this.#ordered = new Lane(1, started);
    this.#concurrent = new Lane(bounds.concurrent, started);
  }

  get waitingMessages(): number {
    return this.#messages;
  }

  /** Whether nothing waits and nothing runs. */
  get isIdle(): boolean {
    return this.#ordered.isIdle && this.#concurrent.isIdle;
  }

  /** Takes a task, or says that there is no room and no way to hold the sender back. */
  offer(task: Task, concurrent: boolean): boolean {
    if (this.#isFull && this.#brake === undefined) {
      return false;
    }
    this.#messages++;
    this.#bytes += HEADER_BYTES + task.bytes;
    (concurrent ? this.#concurrent : this.#ordered).add(task);
    if (this.#isFull && !this.#braking) {
      this.#braking = true;
      this.#brake?.pause();
    }
    return true;
  }

  get #isFull(): boolean {
    return this.#messages >= this.#mostMessages || this.#bytes >= this.#mostBytes;
  }

  #taken(task: Task): void {
    this.#messages--;
    this.#bytes -= HEADER_BYTES + task.bytes;
    if (this.#braking && this.#messages <= this.#mostMessages / 2 && this.#bytes <= this.#mostBytes / 2) {
      this.#braking = false;
      this.#brake?.resume();
    }
  }
}
