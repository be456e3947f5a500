/** The registry of error codes (wire specification, section 6). The same numbers everywhere. */
export const ErrorCode = {
  INVALID_ARGUMENT: -1,
  ALREADY_EXISTS: -7,
  INTERNAL_ERROR: -99,
  CONNECTION_FAILED: -600,
  CONNECTION_REFUSED: -601,
  CONNECTION_TIMEOUT: -602,
  CONNECTION_CLOSED: -603,
  CIRCUIT_OPEN: -604,
  PROTOCOL_ERROR: -605,
  UNSUPPORTED_VERSION: -606,
  TLS_FAILED: -607,
  HANDSHAKE_FAILED: -608,
  CONNECTION_LIMIT: -609,
  IDLE_TIMEOUT: -610,
  HEARTBEAT_TIMEOUT: -611,
  GOING_AWAY: -612,
  POOL_EXHAUSTED: -613,
  UNSUPPORTED_TRANSPORT: -614,
  SESSION_NOT_FOUND: -620,
  SESSION_EXPIRED: -621,
  INVALID_SESSION: -622,
  AUTHENTICATION_REQUIRED: -623,
  AUTHENTICATION_FAILED: -624,
  PERMISSION_DENIED: -625,
  RATE_LIMITED: -626,
  SESSION_LIMIT: -627,
  SEND_FAILED: -640,
  RECEIVE_FAILED: -641,
  MESSAGE_TOO_LARGE: -642,
  REQUEST_TIMEOUT: -643,
  CANCELLED: -644,
  NO_ROUTE: -645,
  HANDLER_FAILED: -646,
  QUEUE_FULL: -647,
  DECODE_FAILED: -648,
  DECOMPRESSION_FAILED: -649,
  DECRYPTION_FAILED: -650,
  REPLAY_DETECTED: -651,
  DUPLICATE_REQUEST_ID: -652,
  SERVER_NOT_STARTED: -660,
  SERVER_ALREADY_RUNNING: -661,
  BIND_FAILED: -662,
  SERVER_STOPPING: -663,
  INVALID_CONFIG: -664,
} as const;

const LABELS: ReadonlyMap<number, string> = new Map(
  Object.entries(ErrorCode).map(([name, code]) => [code, name.toLowerCase()]),
);

/** Those after which the same call may succeed later, where the peer did not say. */
const RETRYABLE: ReadonlySet<number> = new Set([
  -600, -601, -602, -603, -604, -609, -610, -611, -612, -613, -626, -627, -640, -641, -643, -647, -663,
]);

/** The code's name in the registry, such as `no_route`; `unknown` for a number that it lacks. */
export function labelOf(code: number): string {
  return LABELS.get(code) ?? "unknown";
}

/** Whether the registry calls a code worth another try. */
export function isRetryable(code: number): boolean {
  return RETRYABLE.has(code);
}
