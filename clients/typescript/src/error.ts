import { isRetryable, labelOf } from "./codes.js";

/** What went wrong, as a value. */
export interface Fault {
  /** Number of the registry (`ErrorCode`); one that this version does not know is kept. */
  readonly code: number;
  /** One sentence for a person; may be empty. */
  readonly text: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** How long to wait before that, in milliseconds; 0 when unknown. */
  readonly retryAfterMs: number;
  /** What is behind it on this side, if anything. */
  readonly cause?: unknown;
}

/** A fault of the registry's code, with its default for `retryable`. */
export function fault(code: number, text: string, cause?: unknown): Fault {
  return { code, text, retryable: isRetryable(code), retryAfterMs: 0, ...(cause === undefined ? {} : { cause }) };
}

/** Every failure that this package tells of: rejected promises, thrown from calls, in events. */
export class WirelaceError extends Error implements Fault {
  readonly code: number;
  readonly text: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number;

  constructor(of: Fault);
  constructor(code: number, text: string, cause?: unknown);
  constructor(of: Fault | number, text = "", cause?: unknown) {
    const what = typeof of === "number" ? fault(of, text, cause) : of;
    const said = what.text === "" ? "" : `: ${what.text}`;
    super(`${what.code} ${labelOf(what.code)}${said}`, what.cause === undefined ? undefined : { cause: what.cause });
    this.name = "WirelaceError";
    this.code = what.code;
    this.text = what.text;
    this.retryable = what.retryable;
    this.retryAfterMs = what.retryAfterMs;
  }

  /** The code's name in the registry: `no_route`. */
  get label(): string {
    return labelOf(this.code);
  }
}

/** Why a connection, or the client, ended. */
export interface CloseReason {
  /** `local`: `close()` was called. `remote`: the peer or the network. `policy`: a rule of this side. */
  readonly initiator: "local" | "remote" | "policy";
  readonly fault: Fault;
}

/** The fault that something caught stands for; what is not ours becomes `otherwise`. */
export function faultOf(caught: unknown, otherwise: number): Fault {
  if (caught instanceof WirelaceError) {
    return caught;
  }
  return fault(otherwise, caught instanceof Error ? caught.message : String(caught), caught);
}
