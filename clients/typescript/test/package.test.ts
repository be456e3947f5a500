import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { Lace } from "./lace.js";

const FOLDER = resolve(fileURLToPath(import.meta.url), "../../..");

interface Packed {
  files: { path: string }[];
}

test("what is published is the built modules with their types, and nothing else", () => {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const json = execFileSync("npm", args, { cwd: FOLDER, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const [packed] = JSON.parse(json) as [Packed];
  const paths = packed.files.map(({ path }) => path);
  for (const path of paths) {
    assert.match(path, /^(package\.json|README\.md|LICENSE|dist\/[\w/-]+\.(js|d\.ts))$/);
  }
  for (const needed of ["dist/browser.js", "dist/browser.d.ts", "dist/node.js", "dist/node.d.ts", "README.md", "LICENSE"]) {
    assert.ok(paths.includes(needed), needed);
  }
});

/** A module and all that it imports. */
function modules(entry: string, found = new Map<string, string>()): Map<string, string> {
  const path = join(FOLDER, entry);
  if (!found.has(path)) {
    const text = readFileSync(path, "utf8");
    found.set(path, text);
    for (const [, specifier = ""] of text.matchAll(/(?:from|import) "([^"]+)"/g)) {
      assert.match(specifier, /^\.{1,2}\//, `${entry} imports ${specifier}`);
      modules(resolve(dirname(path), specifier).slice(FOLDER.length + 1), found);
    }
  }
  return found;
}

test("a browser loads nothing of Node, and not much", () => {
  const all = [...modules("dist/browser.js").values()].join("\n");
  assert.ok(!/\b(require|Buffer|process)\b[.(]/.test(all.replace(/\/\*[^]*?\*\/|\/\/.*/g, "")));
  const gzipped = gzipSync(all).length;
  assert.ok(gzipped < 32 * 1024, `${gzipped} bytes gzipped`);
});

test("there is no run-time dependency, and the lock file names no host", () => {
  const manifest = JSON.parse(readFileSync(join(FOLDER, "package.json"), "utf8")) as Record<string, unknown>;
  assert.equal(manifest["dependencies"], undefined);
  const lock = readFileSync(join(FOLDER, "package-lock.json"), "utf8");
  assert.ok(!lock.includes('"resolved"'));
});

test("the types say what the entry of each platform exports", async () => {
  const node = Object.keys((await import(pathToFileURL(join(FOLDER, "dist/node.js")).href)) as object);
  const browser = Object.keys((await import(pathToFileURL(join(FOLDER, "dist/browser.js")).href)) as object);
  assert.deepEqual(node, browser);
  assert.ok(["connect", "Client", "WirelaceError", "ErrorCode"].every((name) => node.includes(name)));
});

function snippet(kind: string): string {
  const readme = readFileSync(join(FOLDER, "README.md"), "utf8");
  const block = new RegExp(`<!-- run: ${kind} -->\n\`\`\`\\w+\n([^]*?)\`\`\``).exec(readme)?.[1];
  assert.ok(block, `a ${kind} example`);
  return block;
}

test("the example for Node in the README runs", async (t) => {
  const server = await Lace.start("tcp://127.0.0.1:0");
  if (typeof server === "string") {
    t.skip(server);
    return;
  }
  t.after(() => server.kill());
  assert.ok(existsSync(join(FOLDER, "dist/node.js")));
  mkdirSync(join(FOLDER, "build"), { recursive: true });
  const file = join(FOLDER, "build/example.mjs"); // inside the package, which may import itself by name
  writeFileSync(file, snippet("node").replace("tcp://localhost:7420", server.url));
  const out = execFileSync(process.execPath, [file], { encoding: "utf8", timeout: 30_000 });
  assert.equal(out, "hello\n64 bytes\n64 bytes\n");
});

test("the example for browsers in the README runs, but for the page", async (t) => {
  const server = await Lace.start("ws://127.0.0.1:0/lace");
  if (typeof server === "string") {
    t.skip(server);
    return;
  }
  t.after(() => server.kill());
  const script = /<script type="module">([^]*)<\/script>/.exec(snippet("browser"))?.[1] ?? "";
  const file = join(FOLDER, "build/example-browser.mjs");
  const ws = `import { WebSocket } from "ws"; globalThis.WebSocket = WebSocket; globalThis.document = {};`;
  const after = `console.log(document.title); await client.close();`;
  const text = script.replace("./dist/browser.js", "../dist/browser.js").replace("ws://localhost:7420/lace", server.url);
  writeFileSync(file, `${ws}\n${text}\n${after}`);
  const out = execFileSync(process.execPath, [file], { encoding: "utf8", timeout: 30_000 });
  assert.equal(out, "open\nn is 1\nclosed\n");
});
