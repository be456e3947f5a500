import { BaseClient } from "./client.js";
import type { Dial } from "./link.js";
import { dialSocket } from "./link/socket.js";
import { dialNodeWebSocket } from "./link/node-websocket.js";
import { dialWebSocket } from "./link/websocket.js";
import type { ClientOptions } from "./options.js";

export * from "./api.js";

const dialWs: Dial = (url, options, events) =>
  (options.webSocket === undefined ? dialNodeWebSocket : dialWebSocket)(url, options, events);

/** A client in Node: `tcp:`, `tls:`, `unix:`, `ws:` and `wss:`. */
export class Client extends BaseClient {
  /** Opens nothing yet; `open()` does, after handlers and listeners were added. */
  constructor(url: string, options: ClientOptions = {}) {
    super({ tcp: dialSocket, tls: dialSocket, unix: dialSocket, ws: dialWs, wss: dialWs }, url, options);
  }
}

/** Connects to a server and greets it. */
export function connect(url: string, options: ClientOptions = {}): Promise<Client> {
  return new Client(url, options).open();
}
