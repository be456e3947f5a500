import { BaseClient } from "./client.js";
import { dialWebSocket } from "./link/websocket.js";
import type { ClientOptions } from "./options.js";

export * from "./api.js";

/** A client in a browser: `ws:` and `wss:`, by the browser's WebSocket. */
export class Client extends BaseClient {
  /** Opens nothing yet; `open()` does, after handlers and listeners were added. */
  constructor(url: string, options: ClientOptions = {}) {
    super({ ws: dialWebSocket, wss: dialWebSocket }, url, options);
  }
}

/** Connects to a server and greets it. */
export function connect(url: string, options: ClientOptions = {}): Promise<Client> {
  return new Client(url, options).open();
}
