/**
 * What a pull request of ten files costs on a large repository, as a fresh process without a cache, against the floor: reading and
 * parsing the same source files with the bare compiler, in a fresh process of its own.
 *
 *     npm run bench                  a generated system of 200 services with 6,000 source files
 *     npm run bench -- 20 30         20 services with 30 source files each
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const [services = 200, files = 30] = process.argv.slice(2).map(Number);
const root = path.resolve(import.meta.dirname, "..");
const repository = mkdtempSync(path.join(tmpdir(), "faultline-bench-"));
const git = (...args) => execFileSync("git", ["-C", repository, "-c", "user.name=Bench", "-c", "user.email=bench@example.com", ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
const name = (service) => `service-${String(service).padStart(3, "0")}`;

function write(file, text) {
  mkdirSync(path.dirname(path.join(repository, file)), { recursive: true });
  writeFileSync(path.join(repository, file), text);
}

/** Of thirty files one serves, one calls the next two services and the rest is domain code, as in systems that were counted. */
function writeService(service) {
  const at = `services/${name(service)}`;
  write(`${at}/package.json`, JSON.stringify({ name: `@bench/${name(service)}`, private: true, dependencies: { axios: "1.0.0", express: "5.0.0" } }));
  write(`${at}/Dockerfile`, 'FROM node:22-alpine\nCOPY . .\nCMD ["node", "dist/main.js"]\n');
  write(`${at}/src/main.ts`, routes());
  write(`${at}/src/neighbours.ts`, neighbours(service));
  for (let index = 2; index < files; index += 1) write(`${at}/src/part-${index}.ts`, part(index));
}

function routes() {
  return `import express from "express";
import { Part2 } from "./part-2.js";

const app = express();
app.get("/items/:id", async (request, response) => response.json({ total: await new Part2().step0(request.params.id, []) }));
app.post("/items", async (request, response) => response.json({ total: await new Part2().step1(request.body.id, request.body.lines) }));
app.listen(3000);
`;
}

function neighbours(service) {
  const calls = [1, 2].map((step) => `
export async function fromNeighbour${step}(id: string): Promise<number> {
  const { data } = await axios.get(\`\${process.env.NEXT_URL ?? "http://${name((service + step) % services)}:3000"}/items/\${id}\`, { timeout: 2_000 });
  return data.total;
}`);
  return `import axios from "axios";\n${calls.join("\n")}\n`;
}

function part(index) {
  const last = index === files - 1;
  const before = last ? `import { fromNeighbour1 } from "./neighbours.js";\n` : `import { Part${index + 1}, total as later } from "./part-${index + 1}.js";\n`;
  const members = Array.from({ length: 12 }, (_, member) => `
  /** Looks one up and keeps what it learns. */
  async step${member}(id: string, lines: { sku: string; quantity: number }[]): Promise<number> {
    const known = this.cache.get(id) ?? { id, total: 0 };
    if (lines.length === 0) return known.total;
    const sum = lines.filter(({ quantity }) => quantity > ${member}).reduce((total, line) => total + line.quantity, 0);
    try {
      this.cache.set(id, { id, total: sum + ${last ? "(await fromNeighbour1(id))" : `(await new Part${index + 1}().step${member}(id, lines.slice(1)))`} });
    } catch (error) {
      throw new Error(\`Part ${index} could not count \${id}\`, { cause: error });
    }
    return sum${last ? "" : " + later([id])"};
  }`).join("\n");
  return `${before}
export interface Item${index} { id: string; total: number; note?: string; state: "open" | "paid" | "sent" }

export function total(ids: string[]): number {
  return ids.map((id) => id.length).reduce((sum, length) => sum + length, 0);
}

export class Part${index} {
  private readonly cache = new Map<string, { id: string; total: number }>();
${members}
}
`;
}

const FLOOR = `
import { execFileSync } from "node:child_process";
import { ts } from "ts-morph";
const list = execFileSync("git", ["ls-tree", "-r", "--format=%(objectname) %(path)", "HEAD"], { encoding: "utf8", maxBuffer: 1 << 28 });
const blobs = list.split("\\n").filter((line) => line.endsWith(".ts")).map((line) => line.split(" ")[0]);
const out = execFileSync("git", ["cat-file", "--batch"], { input: blobs.join("\\n") + "\\n", maxBuffer: 1 << 30 });
let offset = 0;
let parsed = 0;
while (offset < out.length) {
  const end = out.indexOf(10, offset);
  const size = Number(out.toString("latin1", offset, end).split(" ")[2]);
  const text = out.toString("utf8", end + 1, end + 1 + size);
  ts.createSourceFile("a.ts", text, { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone }, false);
  parsed += 1;
  offset = end + size + 2;
}
console.log(parsed);
`;

function timed(command, args, options) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  return { seconds: (performance.now() - start) / 1000, status, stdout, stderr };
}

try {
  git("init", "--quiet", "--initial-branch=main");
  write("docker-compose.yml", `services:\n${Array.from({ length: services }, (_, service) => `  ${name(service)}:\n    build: services/${name(service)}\n`).join("")}`);
  for (let service = 0; service < services; service += 1) writeService(service);
  git("add", "--all");
  git("commit", "--quiet", "--message=Base");
  for (let file = 0; file < 10; file += 1) write(`services/${name(file % services)}/src/neighbours.ts`, neighbours(file % services).replace("timeout: 2_000", "timeout: 3_000"));
  git("commit", "--quiet", "--all", "--message=Head");
  write(".git/floor.mjs", FLOOR.replace('from "ts-morph"', `from ${JSON.stringify(path.join(root, "node_modules/ts-morph/dist/ts-morph.js"))}`).replace("import { ts }", "import morph").replace("const list", "const { ts } = morph;\nconst list"));

  const review = ["dist/cli.js", "review", "--repo", repository, "--base", "main~1", "--head", "main", "--format", "json", "--no-cache", "--fail-on", "never"];
  const rows = [];
  for (let run = 0; run < 3; run += 1) {
    const floor = timed(process.execPath, [path.join(repository, ".git/floor.mjs")], { cwd: repository });
    const whole = timed(process.execPath, review, { cwd: root });
    if (whole.status !== 0 || floor.status !== 0) throw new Error(`${floor.stderr}${whole.stderr}`);
    rows.push({ "floor, s": floor.seconds.toFixed(2), "review, s": whole.seconds.toFixed(2), ratio: (whole.seconds / floor.seconds).toFixed(2), files: floor.stdout.trim() });
  }
  console.table(rows);
} finally {
  rmSync(repository, { recursive: true, force: true });
}
