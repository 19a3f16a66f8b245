/**
 * `npm run new-user`: what somebody new does, by the README alone, in an empty directory: clones, runs the commands of "Try it" word for
 * word, and reads what they print. Measures how long each takes; fails where it is more than five minutes, or where no review comes of it. Packages come from
 * npm's cache as far as this machine has them; `--cold` loads all of them anew, and then the network is what is measured.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");
const PATIENCE_MS = 300_000;
/** By then it is worth knowing how long it would have taken no more. */
const END_MS = 1_200_000;

const home = mkdtempSync(path.join(tmpdir(), "faultline-new-user-"));
const clone = path.join(home, "faultline");
const cache = process.argv.includes("--cold")
  ? path.join(home, "cache")
  : execFileSync("npm", ["config", "get", "cache"], { encoding: "utf8" }).trim();
const started = performance.now();
const seconds = (since) => `${((performance.now() - since) / 1_000).toFixed(1)} s`;

/** Nothing of this checkout or its user is there: no cache, no settings, no terminal. */
function run(command, directory) {
  const since = performance.now();
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], {
    cwd: directory,
    encoding: "utf8",
    maxBuffer: 64_000_000,
    timeout: END_MS,
    env: { PATH: process.env.PATH, HOME: home, npm_config_cache: cache, ...registry() },
  });
  process.stdout.write(`${seconds(since).padStart(8)}  ${command}\n`);
  return { status, stdout, stderr };
}

/** Where packages come from may be set for a whole machine by variables. */
function registry() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(npm_config_|https?_proxy$|no_proxy$|NODE_EXTRA_CA_CERTS$)/i.test(name)),
  );
}

function expect(holds, what, { stdout, stderr }) {
  if (holds) return;
  process.stderr.write(`${stdout.slice(-3_000)}\n${stderr.slice(-3_000)}\n`);
  throw new Error(`The README promises more: ${what}.`);
}

/** The commands of the section, without their remarks. */
function commandsOf(readme) {
  const block = /^## Try it$[^]*?^```sh\n([^]*?)^```$/m.exec(readme)?.[1] ?? "";
  return block
    .trim()
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, ""));
}

/** The repository `../shop` of the README, with a branch: the example system of this project. */
function makeShop() {
  const shop = path.join(home, "shop");
  const source = path.join(clone, "fixtures/systems/shop");
  const git = (...args) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@shop.example", ...args], { cwd: shop, stdio: "pipe" });
  execFileSync("cp", ["-r", path.join(source, "shared"), shop]);
  execFileSync("cp", ["-r", `${path.join(source, "base")}/.`, shop]);
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=The shop");
  git("switch", "--quiet", "--create", "my-branch");
  execFileSync("cp", ["-r", `${path.join(source, "head")}/.`, shop]);
  git("add", "--all");
  git("commit", "--quiet", "--message=Take payments at checkout");
}

try {
  run(`git clone --quiet ${ROOT} faultline`, home);
  const [demo, review, ...others] = commandsOf(readFileSync(path.join(clone, "README.md"), "utf8"));
  if (demo === undefined || review === undefined || others.length > 0)
    throw new Error('The README no longer has two commands below "Try it".');

  const shown = run(demo, clone);
  expect(
    shown.status === 0 && /✗ Faultline: failure[^]*shares? the database[^]*✓ Faultline: success/.test(shown.stdout),
    `${demo} shows a pull request that fails and passes once it is mended`,
    shown,
  );

  makeShop();
  const reviewed = run(review, clone);
  expect(reviewed.status === 1 && /^fail: 3 findings to settle/m.test(reviewed.stdout), `${review} reviews the branch`, reviewed);

  process.stdout.write(`${seconds(started).padStart(8)}  in all\n`);
  if (performance.now() - started > PATIENCE_MS) throw new Error("It took longer than five minutes.");
} finally {
  rmSync(home, { recursive: true, force: true });
}
