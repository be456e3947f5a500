import { ErrorCode } from "./codes.js";
import { faultOf, WirelaceError } from "./error.js";
import type { SessionInfo } from "./events.js";
import type { Settings } from "./options.js";
import { greetingPayload, plainFrame, type FrameParts } from "./wire/encoder.js";
import { VERSION, type Frame } from "./wire/frame.js";
import { Kind, MAX_LENGTH, MIN_LENGTH } from "./wire/header.js";
import type { MessageHeaders } from "./wire/headers.js";

/** HELLO (wire specification, section 2). */
export function hello(settings: Settings): FrameParts {
  const features = settings.compression === "none" ? "headers" : `headers,${settings.compression}`;
  const headers = new Map([
    ["client", settings.name],
    ["features", features],
  ]);
  return plainFrame(Kind.HELLO, 0, greetingPayload({ version: VERSION, headers }));
}

/** What holds where a server has said nothing. */
export function ungreeted(transport: string, settings: Settings): SessionInfo {
  const maxInFlight = settings.maxInFlight;
  return { id: "", node: "", transport, features: [], maxFrameBytes: MAX_LENGTH, maxInFlight };
}

/**
 * Reads a WELCOME.
 *
 * @throws WirelaceError -606 for another version, -605 for one that is malformed
 */
export function readWelcome(frame: Frame, before: SessionInfo): SessionInfo {
  const headers = welcomeHeaders(frame);
  const number = (key: string, least: number, most: number, otherwise: number): number => {
    const value = Number(headers.get(key) ?? NaN);
    return Number.isInteger(value) && value >= least && value <= most ? value : otherwise;
  };
  return {
    transport: before.transport,
    id: headers.get("session") ?? "",
    node: headers.get("node") ?? "",
    features: (headers.get("features") ?? "").split(/[,\s]+/).filter((feature) => feature !== ""),
    maxFrameBytes: number("max-frame-bytes", MIN_LENGTH, MAX_LENGTH, MAX_LENGTH),
    maxInFlight: number("max-in-flight", 1, Number.MAX_SAFE_INTEGER, before.maxInFlight),
  };
}

function welcomeHeaders(frame: Frame): MessageHeaders {
  let greeting;
  try {
    greeting = frame.greeting();
  } catch (e) {
    throw new WirelaceError(ErrorCode.PROTOCOL_ERROR, faultOf(e, ErrorCode.PROTOCOL_ERROR).text);
  }
  if (greeting.version !== VERSION) {
    const text = `version ${greeting.version} is not spoken here (expected ${VERSION})`;
    throw new WirelaceError(ErrorCode.UNSUPPORTED_VERSION, text);
  }
  return greeting.headers;
}
