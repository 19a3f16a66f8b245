/**
 * `npm run demo`: makes a git repository out of the example system, with a pull request on a branch, and reviews it with the
 * command line, as a user would. Everything happens in a temporary folder.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const system = path.join(root, "fixtures/systems/shop");
const repository = mkdtempSync(path.join(tmpdir(), "faultline-demo-"));
const git = (...args) => execFileSync("git", ["-C", repository, "-c", "user.name=Shop", "-c", "user.email=shop@example.com", "-c", "commit.gpgsign=false", ...args]);
const commit = (message) => {
  git("add", "--all", "--force");
  git("commit", "--quiet", "--no-verify", `--message=${message}`);
};

try {
  git("init", "--quiet", "--initial-branch=main");
  cpSync(path.join(system, "shared"), repository, { recursive: true });
  cpSync(path.join(system, "base"), repository, { recursive: true });
  commit("The shop");
  git("checkout", "--quiet", "-b", "payment-at-checkout");
  cpSync(path.join(system, "head"), repository, { recursive: true });
  commit("Take payments at checkout");

  console.error("A shop of four services; its pull request takes payments at checkout.\n\n  $ faultline review --base main --head payment-at-checkout\n");
  const review = ["review", "--repo", repository, "--base", "main", "--head", "payment-at-checkout", "--no-cache"];
  const { status } = spawnSync(process.execPath, [path.join(root, "dist/cli.js"), ...review], { stdio: "inherit" });
  // The example is meant to fail its review: exit 1 is the demo working.
  process.exitCode = status === 1 ? 0 : (status ?? 3);
} finally {
  rmSync(repository, { recursive: true, force: true });
}
