import { ErrorCode } from "./codes.js";
import { fault, faultOf, WirelaceError, type Fault } from "./error.js";
import type { Telling } from "./events.js";
import type { Handlers } from "./handlers.js";
import { InboundRequest, InboundTask, type InboundOwner } from "./inbound.js";
import { Inbox } from "./inbox.js";
import type { Settings } from "./options.js";
import type { Outbound } from "./outbound.js";
import type { ReadBrake } from "./readbrake.js";
import { Waiting } from "./waiting.js";
import { faultPayload, plainFrame, type FrameParts } from "./wire/encoder.js";
import type { Frame, FrameId } from "./wire/frame.js";
import { Kind, kindName } from "./wire/header.js";

export interface ServingParts {
  readonly settings: Settings;
  readonly handlers: Handlers;
  readonly telling: Telling;
  readonly outbound: Outbound;
  readonly brake: ReadBrake;
  /** A request has been answered. */
  answered(): void;
  /** The peer does not take what it asks for. */
  giveUp(why: Fault): void;
}

/** What the peer sends and asks: through the inbox to the handlers, and the answers back. */
export class Serving implements InboundOwner {
  readonly #parts: ServingParts;
  readonly #inbox: Inbox;
  readonly #answers = new Waiting(Infinity, "answers"); // bounded by the requests in flight
  readonly #inFlight = new Map<FrameId, InboundRequest>();

  constructor(parts: ServingParts) {
    this.#parts = parts;
    const { mailboxMessages, mailboxBytes, maxInFlight } = parts.settings;
    const brake = parts.brake.works ? parts.brake.reason() : undefined;
    this.#inbox = new Inbox({ messages: mailboxMessages, bytes: mailboxBytes, concurrent: maxInFlight }, brake);
  }

  /** Requests that wait for an answer of this side. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  onRoom(): void {
    this.#parts.brake.room.resume();
    this.#answers.pump();
  }

  onNotification(frame: Frame): void {
    const { telling, handlers, settings } = this.#parts;
    const route = frame.route();
    const headers = frame.headers();
    const handler = handlers.get(route);
    if (handler === undefined) {
      telling.drop("no-route", 1, `notification to route ${route}`);
      return;
    }
    const body = frame.body(settings.maxFrameBytes);
    const task = new InboundTask(this, handler.handle, { route, headers, body }, undefined);
    if (!this.#inbox.offer(task, handler.concurrent)) {
      telling.drop("queue-full", 1, `notification to route ${route}: the handlers do not keep up`);
    }
  }

  onRequest(frame: Frame): void {
    const id = frame.id;
    if (id === 0 || this.#inFlight.has(id)) {
      const text = id === 0 ? "request id 0" : `request ${id} is not answered yet`;
      this.reply(plainFrame(Kind.ERROR, id, faultPayload(fault(ErrorCode.DUPLICATE_REQUEST_ID, text))));
      return;
    }
    const request = new InboundRequest(id, this);
    this.#inFlight.set(id, request);
    try {
      this.#accept(frame, request);
    } catch (e) {
      request.fail(faultOf(e, ErrorCode.INTERNAL_ERROR));
    }
    if (this.#inFlight.size >= this.#parts.settings.maxInFlight) {
      this.#parts.brake.inFlight.pause();
    }
  }

  #accept(frame: Frame, request: InboundRequest): void {
    const { handlers, settings, brake } = this.#parts;
    const route = frame.route();
    const headers = frame.headers();
    const handler = handlers.get(route);
    if (handler === undefined) {
      throw new WirelaceError(ErrorCode.NO_ROUTE, route === "" ? "there is no default handler" : `no route ${route}`);
    }
    if (headers.has("credit")) {
      throw new WirelaceError(ErrorCode.PROTOCOL_ERROR, "streams were not agreed");
    }
    if (this.#inFlight.size > settings.maxInFlight && !brake.works) {
      throw new WirelaceError(ErrorCode.QUEUE_FULL, `${settings.maxInFlight} requests are in flight`);
    }
    const body = frame.body(settings.maxFrameBytes);
    const left = headers.get("deadline-ms")?.trim() ?? "";
    if (/^\d{1,16}$/.test(left)) {
      request.expireAfter(Number(left));
    }
    const task = new InboundTask(this, handler.handle, { route, headers, body }, request);
    if (!this.#inbox.offer(task, handler.concurrent)) {
      throw new WirelaceError(ErrorCode.QUEUE_FULL, "the handlers do not keep up");
    }
  }

  /** Answers a request of the peer, as soon as there is room. */
  answer(request: InboundRequest, frame: FrameParts): void {
    const attempt = (): boolean => {
      if (!this.#parts.outbound.askRoom()) {
        return false;
      }
      this.#write(frame);
      this.#answered(request);
      return true;
    };
    if (this.#answers.isEmpty && attempt()) {
      return;
    }
    const patience = {
      timeoutMs: this.#parts.settings.sendTimeoutMs,
      signal: undefined,
      outOfTime: () => fault(ErrorCode.QUEUE_FULL, "the server does not take its answers"),
    };
    this.#answers.enter(attempt, patience).catch((e: unknown) => {
      this.#parts.telling.drop("session-ended", 1, `answer to request ${request.id}`);
      this.#parts.giveUp(faultOf(e, ErrorCode.INTERNAL_ERROR));
    });
  }

  #write(frame: FrameParts): void {
    try {
      if (!this.#parts.outbound.append(frame)) {
        this.#parts.telling.drop("session-ended", 1, `answer to request ${frame.id}`);
      }
    } catch (e) {
      const why = faultOf(e, ErrorCode.INTERNAL_ERROR); // an answer that is too large
      this.#parts.outbound.append(plainFrame(Kind.ERROR, frame.id, faultPayload(why)));
    }
  }

  #answered(request: InboundRequest): void {
    this.#inFlight.delete(request.id);
    if (this.#inFlight.size <= this.#parts.settings.maxInFlight / 2) {
      this.#parts.brake.inFlight.resume();
    }
    this.#parts.answered();
  }

  secondAnswer(request: InboundRequest): void {
    this.#parts.telling.drop("second-answer", 1, `request ${request.id} was answered before its handler was done`);
  }

  handlerFailed(route: string, failure: unknown): void {
    this.#parts.telling.tell({ type: "handler-failed", route, failure });
  }

  /** A small frame that the peer has caused: while there is no room, no more is read from it. */
  reply(frame: FrameParts): void {
    const { outbound, brake, giveUp } = this.#parts;
    if (!outbound.askRoom()) {
      if (!brake.works) {
        giveUp(fault(ErrorCode.QUEUE_FULL, "the server asks for more than it takes"));
        return;
      }
      brake.room.pause();
    }
    outbound.append(frame);
  }

  onCancel(frame: Frame): void {
    const request = this.#inFlight.get(frame.id);
    if (request === undefined) {
      this.#parts.telling.drop("unknown-id", 1, `CANCEL of request ${frame.id}`);
    } else {
      request.stop(fault(ErrorCode.CANCELLED, "cancelled by the caller"));
    }
  }

  /** Streams are not spoken here: an id that is known cannot be a stream's. */
  onStream(frame: Frame): void {
    const kind = kindName(frame.type);
    const request = this.#inFlight.get(frame.id);
    if (request === undefined) {
      this.#parts.telling.drop("unknown-id", 1, `${kind} for request ${frame.id}`);
    } else {
      request.stop(fault(ErrorCode.PROTOCOL_ERROR, `${kind}: streams were not agreed`));
    }
  }

  /** The connection is over. Notifications that wait are handled all the same: they have come. */
  close(): void {
    const stopped = fault(ErrorCode.CONNECTION_CLOSED, "the caller's connection has ended");
    this.#answers.failAll(stopped);
    for (const request of this.#inFlight.values()) {
      request.abandon(stopped);
    }
    this.#inFlight.clear();
  }
}
