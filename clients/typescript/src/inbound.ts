import { ErrorCode } from "./codes.js";
import { fault, WirelaceError, type Fault } from "./error.js";
import type { Handler, Reply } from "./handlers.js";
import type { Task } from "./inbox.js";
import { Message } from "./message.js";
import { faultPayload, plainFrame, type FrameParts } from "./wire/encoder.js";
import type { FrameId } from "./wire/frame.js";
import { Kind } from "./wire/header.js";
import { encodeHeaders, headersOf, type MessageHeaders } from "./wire/headers.js";
import { bodyBytes, NO_BYTES } from "./wire/text.js";

/** What a message of the peer needs of its session. */
export interface InboundOwner {
  /** Sends an answer as soon as there is room. */
  answer(request: InboundRequest, frame: FrameParts): void;
  /** A handler is done with a request that was cancelled, or out of time, before. */
  secondAnswer(request: InboundRequest): void;
  handlerFailed(route: string, failure: unknown): void;
}

/** A request of the peer that waits for this side's answer. It is answered once. */
export class InboundRequest {
  readonly id: FrameId;
  readonly #owner: InboundOwner;
  #abort: AbortController | undefined; // made only for a handler that asks
  #stopped: WirelaceError | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #answered = false;

  constructor(id: FrameId, owner: InboundOwner) {
    this.id = id;
    this.#owner = owner;
  }

  get isAnswered(): boolean {
    return this.#answered;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#stopped !== undefined) {
        this.#abort.abort(this.#stopped);
      }
    }
    return this.#abort.signal;
  }

  /** Gives it so long; then it is answered -643 for its handler. */
  expireAfter(ms: number): void {
    const most = 0x7fffffff;
    this.#timer = setTimeout(
      () => this.stop(fault(ErrorCode.REQUEST_TIMEOUT, "not answered before its deadline")),
      Math.min(ms, most),
    );
  }

  /** Answers it; false if it was answered before. */
  succeed(headers: Uint8Array, body: Uint8Array): boolean {
    return this.#settle({ kind: Kind.RESPONSE, id: this.id, route: NO_BYTES, headers, body });
  }

  fail(why: Fault): boolean {
    return this.#settle(plainFrame(Kind.ERROR, this.id, faultPayload(why)));
  }

  /** Answers it for its handler, and tells that by the signal. */
  stop(why: Fault): void {
    if (this.fail(why)) {
      this.#tellHandler(why);
    }
  }

  /** Nobody waits for the answer any more. */
  abandon(why: Fault): void {
    if (!this.#answered) {
      this.#answered = true;
      clearTimeout(this.#timer);
      this.#tellHandler(why);
    }
  }

  #tellHandler(why: Fault): void {
    this.#stopped = new WirelaceError(why);
    this.#abort?.abort(this.#stopped);
  }

  #settle(frame: FrameParts): boolean {
    if (this.#answered) {
      return false;
    }
    this.#answered = true;
    clearTimeout(this.#timer);
    this.#owner.answer(this, frame);
    return true;
  }
}

/** Never aborts: nobody waits for what a notification's handler does. */
const NEVER = new AbortController().signal;

/** A message of the peer on its way through the inbox to its handler and back. */
export class InboundTask implements Task {
  readonly bytes: number;
  readonly #owner: InboundOwner;
  readonly #handle: Handler;
  readonly #message: Message;
  readonly #request: InboundRequest | undefined;

  constructor(
    owner: InboundOwner,
    handle: Handler,
    parts: { route: string; headers: MessageHeaders; body: Uint8Array },
    request: InboundRequest | undefined,
  ) {
    this.#owner = owner;
    this.#handle = handle;
    this.#request = request;
    this.bytes = parts.body.length;
    const signal = (): AbortSignal => request?.signal ?? NEVER;
    this.#message = new Message(parts.route, parts.headers, parts.body, request !== undefined, signal);
  }

  run(): Promise<void> | undefined {
    if (this.#request?.isAnswered) {
      return undefined; // cancelled, or out of time, while it waited
    }
    try {
      const returned = this.#handle(this.#message);
      if (returned instanceof Promise || isThenable(returned)) {
        return Promise.resolve(returned).then(
          (reply) => this.#reply(reply),
          (failure: unknown) => this.#failed(failure),
        );
      }
      this.#reply(returned);
    } catch (failure) {
      this.#failed(failure);
    }
    return undefined;
  }

  #reply(reply: Awaited<ReturnType<Handler>>): void {
    const request = this.#request;
    if (request === undefined) {
      return;
    }
    try {
      const headers = isReply(reply) ? encodeHeaders(headersOf(reply.headers)) : NO_BYTES;
      const body = bodyBytes(isReply(reply) ? reply.body : (reply ?? undefined));
      if (!request.succeed(headers, body)) {
        this.#owner.secondAnswer(request);
      }
    } catch (failure) {
      this.#failed(failure);
    }
  }

  #failed(failure: unknown): void {
    this.#owner.handlerFailed(this.#message.route, failure);
    this.#request?.fail(
      failure instanceof WirelaceError ? failure : fault(ErrorCode.HANDLER_FAILED, "the handler failed"),
    );
  }
}

function isThenable(value: unknown): value is Promise<Awaited<ReturnType<Handler>>> {
  return typeof (value as { then?: unknown } | undefined)?.then === "function";
}

function isReply(value: unknown): value is Reply {
  return (
    typeof value === "object" && value !== null && !(value instanceof Uint8Array) && !(value instanceof ArrayBuffer)
  );
}
