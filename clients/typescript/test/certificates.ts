import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Leaf {
  readonly name: string;
  readonly san: string;
  readonly days?: string;
  readonly rsa?: boolean;
}

/** A CA in a folder of its own, and what it signs. Made by openssl. */
export class Certificates {
  static readonly available = spawnSync("openssl", ["version"]).status === 0;

  readonly folder = mkdtempSync(join(tmpdir(), "wirelace-tls-"));

  constructor(leaves: readonly Leaf[]) {
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    this.#run("req", "-x509", ...ec, "-nodes", "-days", "2", "-subj", "/CN=test CA", "-keyout", "ca.key", "-out", "ca.pem");
    for (const { name, san, days = "2", rsa = false } of leaves) {
      writeFileSync(join(this.folder, "ext"), `subjectAltName=${san}\n`);
      const kind = rsa ? ["-newkey", "rsa:2048"] : ec;
      this.#run("req", ...kind, "-nodes", "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
      const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ext", "-out", `${name}.pem`];
      this.#run("x509", "-req", "-in", `${name}.csr`, "-days", days, ...signed);
    }
  }

  #run(...args: string[]): void {
    execFileSync("openssl", args, { cwd: this.folder, stdio: "ignore" });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  pem(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
