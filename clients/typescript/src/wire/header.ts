/**
 * The header of a frame, its kinds and flags (wire specification, section 1).
 *
 *  0               4      5                13                      4+length
 *  +---------------+------+----------------+------------------------+
 *  | length   u32  | type | id        u64  | payload                |
 *  +---------------+------+----------------+------------------------+
 *                    u8 = flags << 5 | kind                big-endian
 */
export const HEADER_BYTES = 13;
export const TYPE_OFFSET = 4;
export const ID_OFFSET = 5;

/** The least value of `length`: type and id. */
export const MIN_LENGTH = 9;

/** The greatest value of `length`: 16 MiB - 1. */
export const MAX_LENGTH = 0x00ffffff;

/** The most headers of one message. */
export const MAX_HEADERS = 64;

export const Kind = {
  REQUEST: 0,
  RESPONSE: 1,
  NOTIFICATION: 2,
  HEARTBEAT: 3,
  ERROR: 4,
  HELLO: 5,
  WELCOME: 6,
  GOAWAY: 7,
  CANCEL: 8,
  CREDIT: 9,
  ITEM: 10,
  COMPLETE: 11,
  ACK: 12,
  AUTH: 13,
  HANDSHAKE: 14,
} as const;

export const KIND_MASK = 0x1f;
export const COMPRESSED = 0x20;
export const ROUTED = 0x40;
export const HEADERS = 0x80;

/** The side that receives. */
export type Role = "client" | "server";

const NAMES = Object.keys(Kind);

/** The flags that are legal on each kind; a kind beyond this table is reserved. */
const LEGAL_FLAGS = [
  COMPRESSED | ROUTED | HEADERS, // REQUEST
  COMPRESSED | HEADERS, // RESPONSE
  COMPRESSED | ROUTED | HEADERS, // NOTIFICATION
  0, // HEARTBEAT
  HEADERS, // ERROR
  0, // HELLO
  0, // WELCOME
  HEADERS, // GOAWAY
  0, // CANCEL
  0, // CREDIT
  COMPRESSED | HEADERS, // ITEM
  0, // COMPLETE
  0, // ACK
  0, // AUTH
  0, // HANDSHAKE
];

/** The kind's name as the specification spells it. */
export function kindName(type: number): string {
  const kind = type & KIND_MASK;
  return NAMES[kind] ?? `reserved kind ${kind}`;
}

/**
 * Whether a side takes a type byte.
 *
 * @param first whether a greeting may still come: HELLO only as the first frame, WELCOME only once
 */
export function isLegalType(type: number, role: Role, first: boolean): boolean {
  const kind = type & KIND_MASK;
  const flags = LEGAL_FLAGS[kind];
  if (flags === undefined || (type & ~KIND_MASK & ~flags) !== 0) {
    return false;
  }
  if (kind === Kind.HELLO) {
    return first && role === "server";
  }
  return kind !== Kind.WELCOME || (first && role === "client");
}
