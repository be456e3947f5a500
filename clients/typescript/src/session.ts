import { Calls, type PendingCall } from "./calls.js";
import { ErrorCode } from "./codes.js";
import { fault, faultOf, WirelaceError, type CloseReason, type Fault } from "./error.js";
import type { SessionInfo, Telling } from "./events.js";
import { hello, readWelcome, ungreeted } from "./greeting.js";
import type { Handlers } from "./handlers.js";
import { Heartbeat } from "./heartbeat.js";
import type { Link, LinkEvents } from "./link.js";
import { Answer } from "./message.js";
import type { Settings } from "./options.js";
import { Outbound } from "./outbound.js";
import { ReadBrake } from "./readbrake.js";
import { Serving } from "./serving.js";
import { FrameDecoder, type FrameSink } from "./wire/decoder.js";
import { faultPayload, plainFrame } from "./wire/encoder.js";
import type { Frame, FrameId } from "./wire/frame.js";
import { Kind, kindName } from "./wire/header.js";

/**
 * Where a session is.
 *
 * - `connecting`: the link is not open yet
 * - `greeting`: HELLO is sent, WELCOME has not come
 * - `open`: messages pass
 * - `leaving`: the server has said GOAWAY, or will send no more: what is in flight is finished
 * - `closing`: nothing is accepted any more; what was accepted is being delivered
 * - `closed`: over
 */
export type SessionState = "connecting" | "greeting" | "open" | "leaving" | "closing" | "closed";

/** What a session tells the client that made it. */
export interface SessionOwner {
  onOpen(session: Session): void;
  /** Something may be sent, or a turn for a request is free. */
  onProgress(): void;
  onEnd(session: Session, reason: CloseReason): void;
}

export interface SessionParts {
  readonly settings: Settings;
  readonly handlers: Handlers;
  readonly telling: Telling;
  readonly owner: SessionOwner;
}

/** One conversation over one connection: the protocol's rules, without coming back. */
export class Session implements LinkEvents, FrameSink {
  readonly #settings: Settings;
  readonly #telling: Telling;
  readonly #owner: SessionOwner;
  readonly #link: Link;
  readonly #outbound: Outbound;
  readonly #decoder: FrameDecoder;
  readonly #serving: Serving;
  readonly #brake: ReadBrake;
  readonly #calls = new Calls((id) => this.#cancelled(id));
  readonly #heartbeat: Heartbeat;
  #state: SessionState = "connecting";
  #info: SessionInfo;
  #reason: CloseReason | undefined;
  #peerError: Fault | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #peerEnded = false;

  constructor(parts: SessionParts, dial: (events: LinkEvents) => Link) {
    this.#settings = parts.settings;
    this.#telling = parts.telling;
    this.#owner = parts.owner;
    const link = dial(this);
    this.#link = link;
    this.#outbound = new Outbound(link, parts.telling.counters, parts.settings.outboundBytes);
    this.#decoder = new FrameDecoder("client", parts.settings.maxFrameBytes, this);
    this.#brake = new ReadBrake(link);
    this.#serving = new Serving({
      settings: parts.settings,
      handlers: parts.handlers,
      telling: parts.telling,
      outbound: this.#outbound,
      brake: this.#brake,
      answered: () => this.#endIfDone(),
      giveUp: (why) => this.#end("policy", why, true),
    });
    this.#heartbeat = new Heartbeat(parts.settings.heartbeatMs, {
      probe: (payload) => this.#outbound.append(plainFrame(Kind.HEARTBEAT, 0, payload)),
      silent: (ms) => this.#end("policy", fault(ErrorCode.HEARTBEAT_TIMEOUT, `no sign of life for ${ms} ms`), true),
      isExcused: () => this.#brake.isPaused || this.#peerEnded,
    });
    this.#info = ungreeted(link.transport, parts.settings);
    const text = `not connected and greeted within ${parts.settings.connectTimeoutMs} ms (connectTimeoutMs)`;
    this.#timer = setTimeout(
      () => this.#end("policy", fault(ErrorCode.CONNECTION_TIMEOUT, text), true),
      parts.settings.connectTimeoutMs,
    );
  }

  get state(): SessionState {
    return this.#state;
  }

  get info(): SessionInfo {
    return this.#info;
  }

  get roundTripMs(): number | undefined {
    return this.#heartbeat.roundTripMs;
  }

  get pendingCalls(): number {
    return this.#calls.size;
  }

  get queuedBytes(): number {
    return this.#outbound.queuedBytes;
  }

  /** Whether the transport takes less than is sent. */
  get isBackedUp(): boolean {
    return this.#outbound.isBackedUp;
  }

  /** Whether notifications are taken; asked in vain for room, it will tell of it. */
  get takesSends(): boolean {
    return (this.#state === "open" || this.#state === "leaving") && !this.#peerEnded && this.#outbound.askRoom();
  }

  /** Whether requests are taken. */
  get takesCalls(): boolean {
    const most = Math.min(this.#settings.maxInFlight, this.#info.maxInFlight);
    return this.#state === "open" && this.#calls.size < most && this.#outbound.askRoom();
  }

  /** Sends a notification; only where `takesSends`. */
  send(route: Uint8Array, headers: Uint8Array, body: Uint8Array): void {
    this.#outbound.append({ kind: Kind.NOTIFICATION, id: 0, route, headers, body });
  }

  /** Sends a request; only where `takesCalls`. Returns its id, for `cancel`. */
  call(route: Uint8Array, headers: Uint8Array, body: Uint8Array, call: PendingCall): FrameId {
    this.#outbound.append({ kind: Kind.REQUEST, id: this.#calls.nextId, route, headers, body });
    return this.#calls.put(call);
  }

  /** Gives a request up, and tells the peer; nothing if it is answered by now. */
  cancel(id: FrameId, error: WirelaceError): void {
    const call = this.#calls.take(id);
    if (call !== undefined) {
      call.reject(error);
      this.#cancelled(id);
    }
  }

  #cancelled(id: FrameId): void {
    this.#outbound.append(plainFrame(Kind.CANCEL, id));
    this.#callDone();
  }

  /** Ends it after what was accepted has been delivered. */
  close(reason: CloseReason): void {
    this.#end(reason.initiator, reason.fault, false);
  }

  // ---- the link ----

  onOpen(): void {
    if (this.#state !== "connecting") {
      return;
    }
    this.#state = "greeting";
    if (this.#settings.greeting) {
      this.#outbound.append(hello(this.#settings));
      this.#outbound.release();
    } else {
      this.#outbound.release();
      this.#opened();
    }
  }

  #opened(): void {
    clearTimeout(this.#timer);
    this.#state = "open";
    this.#owner.onOpen(this);
  }

  onBytes(bytes: Uint8Array): void {
    this.#heartbeat.onRead();
    this.#telling.counters.bytesIn += bytes.length;
    this.#decoder.feed(bytes);
  }

  onMessageEnd(): void {
    if (this.#decoder.midFrame) {
      this.onViolation(fault(ErrorCode.PROTOCOL_ERROR, "a message of the transport ends within a frame"));
    }
  }

  onRoom(): void {
    this.#serving.onRoom();
    this.#owner.onProgress();
  }

  /** It still gets the answers to what it sent before; its own can no longer come. */
  onPeerEnd(): void {
    if (this.#peerEnded) {
      return;
    }
    this.#peerEnded = true;
    const why = this.#peerError ?? fault(ErrorCode.CONNECTION_CLOSED, "the server closed the connection");
    this.#reason ??= { initiator: "remote", fault: why };
    if (this.#state === "connecting" || this.#state === "greeting") {
      this.#end("remote", why, true);
      return;
    }
    this.#leave();
    this.#calls.failAll(why);
    this.#endIfDone();
  }

  #leave(): void {
    if (this.#state === "open") {
      this.#state = "leaving";
    }
  }

  #endIfDone(): void {
    if (this.#state !== "leaving" || this.#serving.inFlight > 0 || (!this.#peerEnded && this.#calls.size > 0)) {
      return;
    }
    const text = "the server went away";
    const reason = this.#reason ?? { initiator: "remote", fault: fault(ErrorCode.GOING_AWAY, text) };
    this.#end(reason.initiator, reason.fault, false);
  }

  onViolation(why: Fault): void {
    if (this.#state === "closing" || this.#state === "closed") {
      return;
    }
    this.#telling.tell({ type: "error", error: new WirelaceError(why) });
    if (this.#state !== "connecting") {
      this.#outbound.append(plainFrame(Kind.ERROR, 0, faultPayload(why)));
    }
    this.#end("policy", why, false);
  }

  #end(initiator: CloseReason["initiator"], why: Fault, atOnce: boolean): void {
    if (this.#state === "closed") {
      return;
    }
    this.#reason ??= { initiator, fault: why };
    const connected = this.#state !== "connecting";
    if (this.#state !== "closing") {
      this.#state = "closing";
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#link.abort(), this.#settings.closeTimeoutMs);
      this.#heartbeat.stop();
      this.#calls.failAll(this.#reason.fault);
      this.#decoder.stop();
      this.#brake.release();
      if (connected) {
        this.#outbound.finish();
      }
    }
    if (atOnce || !connected) {
      this.#link.abort();
    }
  }

  onClosed(why: Fault): void {
    if (this.#state === "closed") {
      return;
    }
    const said = this.#peerError;
    let reason = this.#reason ?? { initiator: "remote", fault: why };
    if (said !== undefined && reason.initiator === "remote") {
      reason = { initiator: "remote", fault: said }; // says more than the end of the connection
    }
    this.#state = "closed";
    clearTimeout(this.#timer);
    this.#heartbeat.stop();
    this.#decoder.stop();
    const lost = this.#outbound.discard();
    if (lost > 0) {
      this.#telling.drop("session-ended", lost, "accepted, but the connection ended first");
    }
    this.#calls.failAll(reason.fault);
    this.#serving.close();
    this.#owner.onEnd(this, reason);
  }

  // ---- frames ----

  onFrame(frame: Frame): void {
    this.#telling.counters.framesIn++;
    try {
      this.#dispatch(frame);
    } catch (e) {
      const why = faultOf(e, ErrorCode.INTERNAL_ERROR);
      this.#telling.drop("malformed", 1, `${kindName(frame.type)}: ${why.text}`);
    }
  }

  #dispatch(frame: Frame): void {
    switch (frame.kind) {
      case Kind.NOTIFICATION:
        return this.#serving.onNotification(frame);
      case Kind.RESPONSE:
        return this.#onResponse(frame);
      case Kind.REQUEST:
        return this.#serving.onRequest(frame);
      case Kind.HEARTBEAT:
        return this.#onHeartbeat(frame);
      case Kind.ERROR:
        return this.#onError(frame);
      case Kind.WELCOME:
        return this.#onWelcome(frame);
      case Kind.GOAWAY:
        return this.#onGoAway(frame);
      case Kind.CANCEL:
        return this.#serving.onCancel(frame);
      case Kind.CREDIT:
      case Kind.ITEM:
      case Kind.COMPLETE:
        return this.#serving.onStream(frame);
      default:
        return this.onViolation(fault(ErrorCode.PROTOCOL_ERROR, `${kindName(frame.type)} was not agreed`));
    }
  }

  #onResponse(frame: Frame): void {
    const id = frame.id;
    const call = this.#calls.take(id);
    if (call === undefined) {
      this.#telling.drop("unknown-id", 1, `RESPONSE to request ${id}`);
      return;
    }
    try {
      call.resolve(new Answer(frame.headers(), frame.body(this.#settings.maxFrameBytes)));
    } catch (e) {
      const why = faultOf(e, ErrorCode.RECEIVE_FAILED);
      call.reject(new WirelaceError({ ...why, text: `the answer: ${why.text}` }));
    }
    this.#callDone();
  }

  #callDone(): void {
    this.#endIfDone();
    this.#owner.onProgress();
  }

  #onError(frame: Frame): void {
    const why = frame.fault();
    const id = frame.id;
    if (id === 0) {
      this.#peerError = why;
      this.#telling.tell({ type: "error", error: new WirelaceError(why) });
      if (this.#state === "greeting") {
        this.#end("remote", why, false);
      }
      return;
    }
    const call = this.#calls.take(id);
    if (call === undefined) {
      this.#telling.drop("unknown-id", 1, `ERROR to request ${id}: ${why.code} ${why.text}`);
      return;
    }
    call.reject(new WirelaceError(why));
    this.#callDone();
  }

  #onHeartbeat(frame: Frame): void {
    const payload = frame.payload();
    if (payload.length === 0) {
      return;
    }
    if (payload.length !== 9 || (payload[0] ?? 2) > 1) {
      this.#telling.drop("malformed", 1, `HEARTBEAT of ${payload.length} bytes`);
    } else if (payload[0] === 0) {
      payload[0] = 1;
      this.#serving.reply(plainFrame(Kind.HEARTBEAT, 0, payload));
    } else {
      this.#heartbeat.onReply(payload);
    }
  }

  #onWelcome(frame: Frame): void {
    if (this.#state !== "greeting") {
      this.onViolation(fault(ErrorCode.PROTOCOL_ERROR, "WELCOME without HELLO"));
      return;
    }
    try {
      this.#info = readWelcome(frame, this.#info);
    } catch (e) {
      this.onViolation(faultOf(e, ErrorCode.PROTOCOL_ERROR));
      return;
    }
    this.#outbound.peerMaxLength = this.#info.maxFrameBytes;
    this.#heartbeat.start();
    this.#opened();
  }

  #onGoAway(frame: Frame): void {
    const why = frame.fault();
    this.#reason ??= { initiator: "remote", fault: why };
    const redirect = frame.headers().get("redirect");
    this.#telling.tell({ type: "goaway", error: new WirelaceError(why), redirect });
    this.#leave();
    this.#endIfDone();
  }
}
