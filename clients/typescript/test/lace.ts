import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The root of the repository; WIRELACE_ROOT where the package was copied elsewhere to be tested. */
export function root(): string {
  return process.env["WIRELACE_ROOT"] ?? resolve(fileURLToPath(import.meta.url), "../../../../..");
}

/** `lace serve`, running. */
export class Lace {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(url: string, process: ChildProcess, exited: Promise<unknown>) {
    this.url = url;
    this.#process = process;
    this.#exited = exited;
  }

  /** A free port of one transport. */
  static listenUri(scheme: string): string {
    switch (scheme) {
      case "unix":
        return `unix:${join(mkdtempSync(join(tmpdir(), "wirelace-")), "s")}`;
      case "ws":
        return "ws://127.0.0.1:0/lace";
      case "wss":
        return "wss://127.0.0.1:0/lace";
      default:
        return `${scheme}://127.0.0.1:0`;
    }
  }

  /**
   * Starts one that listens there; a text that says why not, where the program is not built or lacks the transport.
   */
  static async start(listen: string, ...more: string[]): Promise<Lace | string> {
    const jar = join(root(), "cli/target/lace.jar");
    if (!existsSync(jar)) {
      return "cli/target/lace.jar is not built";
    }
    const home = process.env["JAVA_HOME"];
    const java = home === undefined ? "java" : join(home, "bin/java");
    const flags = ["--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"];
    const child = spawn(java, [...flags, "-jar", jar, "serve", "--demo", "--listen", listen, ...more], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let errors = "";
    child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
    const exited = new Promise((resolve) => child.once("close", resolve));
    let url = "";
    for await (const line of createInterface(child.stdout)) {
      if (line.startsWith("listening ")) {
        url = line.slice("listening ".length);
      } else if (line === "ready") {
        return new Lace(url, child, exited);
      }
    }
    await exited;
    if (errors.includes("-614") || errors.includes("UnsupportedClassVersionError")) {
      return `this lace does not serve ${listen}, or this java is too old`;
    }
    throw new Error(`lace serve ended: ${errors}`);
  }

  /** SIGTERM, in order. */
  async stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#exited;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#exited;
  }
}
