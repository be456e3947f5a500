import type { MessageHeaders } from "./wire/headers.js";
import { decodeUtf8 } from "./wire/text.js";

/** The answer to a request. */
export class Answer {
  readonly headers: MessageHeaders;
  readonly body: Uint8Array;

  constructor(headers: MessageHeaders, body: Uint8Array) {
    this.headers = headers;
    this.body = body;
  }

  /** The body as text; -648 if it is not UTF-8. */
  text(): string {
    return decodeUtf8(this.body, "the body");
  }

  /** The body as JSON; a SyntaxError if it is none. Its shape is not checked. */
  json<T = unknown>(): T {
    return JSON.parse(this.text()) as T;
  }
}

/** A request or notification of the server. */
export class Message extends Answer {
  /** Empty where it came without. */
  readonly route: string;
  /** Whether the server waits for what the handler returns. */
  readonly isRequest: boolean;
  readonly #signal: () => AbortSignal;

  /** @internal */
  constructor(route: string, headers: MessageHeaders, body: Uint8Array, isRequest: boolean, signal: () => AbortSignal) {
    super(headers, body);
    this.route = route;
    this.isRequest = isRequest;
    this.#signal = signal;
  }

  /** Aborts when the server cancels the request, its deadline passes, or the connection ends. */
  get signal(): AbortSignal {
    return this.#signal();
  }
}

/**
 * A request under way. Awaited, it is the answer's body; `text()`, `json()` and `answer()` give it in another form. It
 * fails with a WirelaceError.
 */
export class Call implements Promise<Uint8Array> {
  readonly [Symbol.toStringTag] = "Call";
  readonly #answer: Promise<Answer>;

  /** @internal */
  constructor(answer: Promise<Answer>) {
    this.#answer = answer;
  }

  /** Body and headers. */
  answer(): Promise<Answer> {
    return this.#answer;
  }

  /** The body as text. */
  text(): Promise<string> {
    return this.#answer.then((answer) => answer.text());
  }

  /** The body as JSON; its shape is not checked. */
  json<T = unknown>(): Promise<T> {
    return this.#answer.then((answer) => answer.json<T>());
  }

  then<A = Uint8Array, B = never>(
    done?: ((body: Uint8Array) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#answer.then((answer) => answer.body).then(done, failed);
  }

  catch<B = never>(failed?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Uint8Array | B> {
    return this.then(undefined, failed);
  }

  finally(always?: (() => void) | null): Promise<Uint8Array> {
    return this.then().finally(always);
  }
}
