import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory, testRepository, type TestRepository } from "../snapshot/repository.js";
import { faultline, shop } from "./shop.js";

// Each test runs several processes, which a busy machine may be slow to start.
let repository: TestRepository;
beforeAll(() => {
  repository = shop();
});
afterAll(() => repository.remove());

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const step of cleanUp.splice(0)) step();
});

/** A directory of its own. */
function scratch(): string {
  const directory = temporaryDirectory();
  cleanUp.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The shop again, to be changed. */
function ownShop(): TestRepository {
  const own = shop();
  cleanUp.push(own.remove);
  return own;
}

const review = (...args: string[]) => faultline(["review", "--repo", repository.directory, ...args]);
const between = ["--base", "main", "--head", "topic"];

interface ReportJson {
  readonly base: string | null;
  readonly head: string | null;
  readonly verdict: string;
  readonly findings: readonly { readonly rule: string; readonly status: string }[];
}

const parsed = (out: string) => JSON.parse(out) as ReportJson;
const statusOf = (out: string, rule: string) =>
  parsed(out)
    .findings.filter((finding) => finding.rule === rule)
    .map(({ status }) => status);

describe("a review", () => {
  test("fails with exit code 1, and says what is wrong on standard output alone", async () => {
    const { code, out, err } = await review(...between);
    expect(code).toBe(1);
    expect(out).toContain("shared-database");
    expect(out).not.toContain("hunter2");
    expect(err).toBe("");
  });

  test("passes with exit code 0 where nothing is new", async () => {
    expect((await review("--base", "topic", "--head", "topic")).code).toBe(0);
    expect((await review("--base", "topic", "--head", "main", "--exact-base", "--format", "json")).code).toBe(0);
  });

  test.each(["json", "sarif", "markdown", "github", "text"])("has the form %s", async (format) => {
    const { code, out } = await review(...between, "--format", format);
    expect(code).toBe(1);
    expect(out).toContain("shared-database");
    expect(out.endsWith("\n")).toBe(true);
    if (format === "json" || format === "sarif") JSON.parse(out);
  });

  test("names the two commits, and nothing of the machine", async () => {
    const { out } = await review(...between, "--format", "json");
    expect(parsed(out)).toMatchObject({
      base: repository.git("rev-parse", "main"),
      head: repository.git("rev-parse", "topic"),
      verdict: "fail",
    });
    expect(out).not.toContain(repository.directory);
    expect(
      (await faultline(["review", ...between, "--format", "json"], { directory: path.join(repository.directory, "orders") })).out,
    ).toBe(out);
  });

  test("starts at the merge base, or at the base itself", async () => {
    const own = ownShop();
    own.git("checkout", "--quiet", "main");
    own.write("docs.txt", "later");
    own.commit("Later");
    const report = async (...args: string[]) =>
      parsed((await faultline(["review", "--repo", own.directory, ...between, "--format", "json", ...args])).out);
    expect((await report()).base).toBe(own.git("rev-parse", "main~1"));
    expect((await report("--exact-base")).base).toBe(own.git("rev-parse", "main"));
  });

  test("without a head is of the working tree, with what is not committed", async () => {
    const own = ownShop();
    own.git("checkout", "--quiet", "main");
    own.write(
      "docker-compose.yml",
      readFileSync(path.join(own.directory, "docker-compose.yml"), "utf8").replace("inventory_db", "orders_db"),
    );
    const { code, out } = await faultline(["review", "--base", "main", "--format", "json"], { directory: own.directory });
    expect(code).toBe(1);
    expect(parsed(out)).toMatchObject({ head: null });
    expect(statusOf(out, "shared-database")).toEqual(["introduced"]);
  });

  test("can be of a bare repository", async () => {
    const bare = testRepository("--bare");
    cleanUp.push(bare.remove);
    repository.git("push", "--quiet", bare.directory, "main", "topic");
    expect((await faultline(["review", "--repo", bare.directory, ...between, "--format", "json"])).out).toBe(
      (await review(...between, "--format", "json")).out,
    );
    const { code, err } = await faultline(["review", "--repo", bare.directory, "--base", "main"]);
    expect(code).toBe(2);
    expect(err).toContain("--head");
  });

  test("leaves a bare repository to be scanned as its HEAD is", async () => {
    const bare = testRepository("--bare");
    cleanUp.push(bare.remove);
    repository.git("push", "--quiet", bare.directory, "main");
    const scanned = await faultline(["scan", bare.directory, "--format", "json"]);
    expect(scanned.code).toBe(0);
    expect(scanned.out).toBe((await faultline(["scan", bare.directory, "--ref", "main", "--format", "json"])).out);
  });
});

describe("what fails", () => {
  test("is said by --fail-on", async () => {
    expect((await review(...between, "--fail-on", "never")).code).toBe(0);
    expect((await review(...between, "--fail-on", "warning")).code).toBe(1);
  });

  test("is not what the settings block, where nothing is to fail", async () => {
    const own = ownShop();
    own.git("checkout", "--quiet", "main");
    own.write(".github/faultline.yml", "rules:\n  shared-database: block\n");
    own.commit("Settings");
    own.git("checkout", "--quiet", "topic");
    own.git("rebase", "--quiet", "main");
    expect((await faultline(["review", "--repo", own.directory, ...between])).code).toBe(1);
    expect((await faultline(["review", "--repo", own.directory, ...between, "--fail-on", "never"])).code).toBe(0);
  });

  test("is of the rules that were named alone", async () => {
    const { code, out } = await review(...between, "--rules", "missing-outbox, sync-call-chain", "--format", "json");
    expect(code).toBe(0);
    expect(parsed(out).findings.filter(({ rule }) => rule === "shared-database")).toEqual([]);
    expect((await review(...between, "--rules", "shared-database")).code).toBe(1);
  });
});

describe("settings", () => {
  function withSettings(text: string): TestRepository {
    const own = ownShop();
    own.git("checkout", "--quiet", "main");
    own.write(".github/faultline.yml", text);
    own.commit("Settings");
    return own;
  }

  test("come from the base branch as it is now, so that a change cannot switch off its own check", async () => {
    const own = withSettings("rules:\n  shared-database: off\n");
    expect((await faultline(["review", "--repo", own.directory, ...between])).code).toBe(0);

    const other = ownShop();
    other.write(".github/faultline.yml", "rules:\n  shared-database: off\n");
    other.commit("Switch off");
    const { code, out } = await faultline(["review", "--repo", other.directory, ...between]);
    expect(code).toBe(1);
    expect(out.replace(/\s+/g, " ")).toMatch(/\.github\/faultline\.yml.* With the new ones the verdict would be pass \(/);
  });

  test("that are switched off can be overruled by naming the rule", async () => {
    const own = withSettings("rules:\n  shared-database: off\n");
    expect((await faultline(["review", "--repo", own.directory, ...between, "--rules", "shared-database"])).code).toBe(1);
  });

  test("that are broken never pass, and the report has the defaults", async () => {
    const own = withSettings("rulez: {}\n");
    const { code, out, err } = await faultline([
      "review",
      "--repo",
      own.directory,
      "--base",
      "main",
      "--head",
      "main",
      "--format",
      "json",
      "--fail-on",
      "never",
    ]);
    expect(code).toBe(2);
    expect(parsed(out).verdict).toBe("fail");
    expect(err).toContain(".github/faultline.yml:1:1");
  });

  test("that a link stands for are broken", async () => {
    const own = ownShop();
    own.git("checkout", "--quiet", "main");
    mkdirSync(path.join(own.directory, ".github"));
    symlinkSync("/etc/passwd", path.join(own.directory, ".github/faultline.yml"));
    own.commit("Link");
    const { code, err } = await faultline(["review", "--repo", own.directory, "--base", "main", "--head", "main"]);
    expect(code).toBe(2);
    expect(err).toContain("symbolic link");
  });

  test("from a file on disk replace those of the repository", async () => {
    const directory = scratch();
    writeFileSync(path.join(directory, "mine.yml"), "mode: advise\n");
    const { code, out } = await faultline(
      ["review", "--repo", repository.directory, ...between, "--config", "mine.yml", "--format", "json"],
      { directory },
    );
    expect(code).toBe(0);
    expect(parsed(out).verdict).toBe("neutral");
  });

  test.each([
    ["rulez: {}\n", "mine.yml:1:1"],
    [null, "cannot be read"],
  ])("from a file with the content %j end the command", async (content, message) => {
    const directory = scratch();
    if (content !== null) writeFileSync(path.join(directory, "mine.yml"), content);
    const { code, out, err } = await faultline(["review", "--repo", repository.directory, ...between, "--config", "mine.yml"], {
      directory,
    });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });
});

describe("the report's place", () => {
  test("is any path", async () => {
    const directory = scratch();
    const file = path.join(directory, "a report.json");
    const { code, out } = await review(...between, "--format", "json", "--output", file);
    expect([code, out]).toEqual([1, ""]);
    expect(readFileSync(file, "utf8")).toBe((await review(...between, "--format", "json")).out);
    expect((await review(...between, "--output", "/dev/null")).code).toBe(1);
    expect((await review(...between, "--output", "/dev/stdout")).out).toContain("shared-database");
  });

  test("that cannot be written is a usage error", async () => {
    const { code, err } = await review(...between, "--output", path.join(scratch(), "none/report.json"));
    expect(code).toBe(2);
    expect(err).toContain("cannot be written");
  });
});

describe("the terminal", () => {
  const run = (environment: Record<string, string>, ...args: string[]) =>
    faultline(["review", "--repo", repository.directory, ...between, ...args], { interactive: true, columns: 120, environment });

  test("gets colours where it can show them and nobody minds", async () => {
    expect((await run({})).out).toContain("\u001B[");
    expect((await run({ NO_COLOR: "1" })).out).not.toContain("\u001B[");
    expect((await run({ TERM: "dumb" })).out).not.toContain("\u001B[");
    expect((await run({}, "--format", "json")).out).not.toContain("\u001B[");
    expect((await faultline(["review", "--repo", repository.directory, ...between], { environment: { FORCE_COLOR: "1" } })).out).toContain(
      "\u001B[",
    );
  });

  test("opens the files that are there, with a click", async () => {
    const links = async (...args: Parameters<typeof run>): Promise<readonly string[]> =>
      [...(await run(...args)).out.matchAll(/\u001B\]8;;(file:[^\u001B]+)\u001B\\/g)].map(([, url]) => url!);
    const found = await links({});
    expect(found.length).toBeGreaterThan(0);
    for (const url of found) expect(existsSync(fileURLToPath(url)), url).toBe(true);
    expect(await links({ NO_COLOR: "1" })).toEqual([]);
    expect(
      (await faultline(["review", "--repo", repository.directory, ...between], { environment: { FORCE_COLOR: "1" } })).out,
    ).not.toContain("\u001B]8");
  });

  test("shows progress apart from the report, and takes it away", async () => {
    const { err } = await run({});
    expect(err).toMatch(/Reading \d+ of \d+ files/);
    expect(err.endsWith("\r\u001B[2K")).toBe(true);
    expect((await run({}, "--quiet")).err).toBe("");
  });
});

describe("the cache", () => {
  test("makes no difference to the report", async () => {
    const directory = scratch();
    const run = (...args: string[]) =>
      faultline(["review", "--repo", repository.directory, ...between, "--format", "json", ...args], {
        environment: { XDG_CACHE_HOME: directory },
      });
    const first = await run("--no-cache");
    expect(readdirSync(directory)).toEqual([]);
    expect(await run()).toEqual(first);
    expect(existsSync(path.join(directory, "faultline/facts"))).toBe(true);
    expect(await run()).toEqual(first);
  });

  test("that cannot be written makes none either", async () => {
    const directory = scratch();
    writeFileSync(path.join(directory, "file"), "");
    const { code, err } = await faultline(["review", "--repo", repository.directory, ...between], {
      environment: { XDG_CACHE_HOME: path.join(directory, "file") },
    });
    expect([code, err]).toEqual([1, ""]);
  });
});

describe("a scan", () => {
  test("holds nothing against anyone, and lists it", async () => {
    const { code, out } = await faultline(["scan", "--format", "json"], { directory: repository.directory });
    expect(code).toBe(0);
    expect(statusOf(out, "shared-database")).toEqual(["unchanged"]);
    expect((await faultline(["scan", repository.directory])).out).toContain("shared-database");
  });

  test("can be of another commit", async () => {
    const { out } = await faultline(["scan", repository.directory, "--ref", "main", "--format", "json"]);
    expect(statusOf(out, "shared-database")).toEqual([]);
    expect(parsed(out).head).toBe(repository.git("rev-parse", "main"));
  });

  test("of a part of a repository has paths from there, on disk and in a commit", async () => {
    const own = testRepository();
    cleanUp.push(own.remove);
    for (const file of [
      "docker-compose.yml",
      "orders/Dockerfile",
      "inventory/Dockerfile",
      "orders/package.json",
      "inventory/package.json",
      "orders/main.js",
      "inventory/main.js",
    ]) {
      own.write(`systems/shop/${file}`, readFileSync(path.join(repository.directory, file)));
    }
    own.commit("Nested");
    const whole = (await faultline(["scan", repository.directory, "--format", "json"])).out;
    const part = path.join(own.directory, "systems/shop");
    expect((await faultline(["scan", part, "--format", "json"])).out).toBe(whole);
    expect(parsed((await faultline(["scan", part, "--ref", "main", "--format", "json"])).out).findings).toEqual(parsed(whole).findings);
    expect((await faultline(["scan", scratch(), "--ref", "main"])).code).toBe(2);
  });

  test("can be of a directory that git knows nothing of, or ignores", async () => {
    const directory = scratch();
    const own = ownShop();
    for (const place of [path.join(directory, "plain"), path.join(own.directory, "ignored")]) {
      for (const service of ["orders", "inventory"]) {
        mkdirSync(path.join(place, service), { recursive: true });
        for (const file of ["Dockerfile", "package.json", "main.js"])
          writeFileSync(path.join(place, service, file), readFileSync(path.join(repository.directory, service, file)));
      }
      writeFileSync(path.join(place, "docker-compose.yml"), readFileSync(path.join(repository.directory, "docker-compose.yml")));
      writeFileSync(path.join(own.directory, ".gitignore"), "ignored\n");
      expect(statusOf((await faultline(["scan", place, "--format", "json"])).out, "shared-database")).toEqual(["unchanged"]);
    }
  });
});

describe("a graph", () => {
  test.each([
    ["json", '"databases"'],
    ["mermaid", "orders"],
    ["svg", "<svg"],
    ["html", "<!doctype html>"],
  ])("has the form %s, alone and compared", async (format, mark) => {
    const { code, out, err } = await faultline(["graph", "--format", format], { directory: repository.directory });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(mark);
    const compared = await faultline(["graph", "--format", format, ...between], { directory: repository.directory });
    expect(compared.code).toBe(0);
    expect(compared.out).toContain("inventory_db");
    expect(compared.out).not.toContain("hunter2");
  });

  test("as JSON is the system of the report", async () => {
    const system = JSON.parse((await faultline(["graph"], { directory: repository.directory })).out) as unknown;
    expect(
      (JSON.parse((await faultline(["scan", "--format", "json"], { directory: repository.directory })).out) as { system: unknown }).system,
    ).toEqual(system);
    const { base, head } = JSON.parse((await faultline(["graph", ...between], { directory: repository.directory })).out) as Record<
      string,
      { databases: unknown[] }
    >;
    expect([base?.databases.length, head?.databases.length]).toEqual([2, 1]);
  });
});
