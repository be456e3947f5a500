import type { Fault } from "./error.js";

/** What a link tells its session. */
export interface LinkEvents {
  /** Bytes can be sent. */
  onOpen(): void;
  /** Bytes have come; they are valid during the call. */
  onBytes(bytes: Uint8Array): void;
  /** A message of the transport is complete, where it has messages: whole frames must have come. */
  onMessageEnd(): void;
  /** Fewer bytes wait than `watchRoom` was given. */
  onRoom(): void;
  /** The peer will send nothing more, but still reads. */
  onPeerEnd(): void;
  /** The transport's own rules are broken. `onClosed` follows. */
  onViolation(fault: Fault): void;
  /** It is over; the last call. */
  onClosed(fault: Fault): void;
}

/** One connection of some transport that carries bytes of frames in order. */
export interface Link {
  /** The URI scheme. */
  readonly transport: string;
  /** Whether `pause` holds the peer back. */
  readonly canPause: boolean;
  /** Bytes that were written and that the transport has not taken yet. */
  readonly bufferedBytes: number;
  /** Sends whole frames; takes the array over. */
  write(bytes: Uint8Array<ArrayBuffer>): void;
  /** Asks for one `onRoom`, as soon as fewer bytes than this wait. */
  watchRoom(below: number): void;
  pause(): void;
  resume(): void;
  /** Ends this direction once all that was written has gone. */
  end(): void;
  /** Closes at once. */
  abort(): void;
}

/** Node's TLS, as far as it can be set. Certificates are always verified. */
export interface TlsOptions {
  /** Trusted certificate authorities in PEM, instead of those that Node brings. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** This client's certificate chain in PEM, for servers that ask for one. */
  readonly cert?: string | Uint8Array;
  /** Its private key in PEM. */
  readonly key?: string | Uint8Array;
  /** The name that the certificate must be for, where it is not the host of the URL. */
  readonly servername?: string;
  /**
   * SHA-256 of public keys (SubjectPublicKeyInfo) in base64, alone or after `sha256/`, of which the server must have
   * one, besides a chain that holds.
   */
  readonly pins?: readonly string[];
}

/** The part of a WebSocket (browser's, Node's own, npm's `ws`) that is used. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly protocol: string;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

export interface DialOptions {
  readonly tls: TlsOptions;
  readonly webSocket: WebSocketConstructor | undefined;
}

/** Starts to connect; what becomes of it is told by the events, never before this has returned. */
export type Dial = (url: URL, options: DialOptions, events: LinkEvents) => Link;

/** The transports of a platform by URI scheme. */
export type Dials = Readonly<Record<string, Dial>>;
