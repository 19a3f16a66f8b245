import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cacheDirectory, diskCache } from "../../src/extraction/disk-cache.js";
import { temporaryDirectory } from "../snapshot/repository.js";

let root: string;
let directory: string;
beforeEach(() => {
  root = temporaryDirectory();
  directory = path.join(root, "cache/facts");
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const key = (name: string): string => createHash("sha256").update(name).digest("hex");
const entries = (...names: string[]) =>
  new Map(names.map((name) => [key(name), Buffer.from(JSON.stringify({ name, text: "ü".repeat(50) }))]));
const packs = () =>
  readdirSync(directory)
    .filter((name) => name.endsWith(".pack"))
    .map((name) => path.join(directory, name));

describe("what was saved", () => {
  test("is there for the next process, and only what is asked for", async () => {
    await diskCache({ directory }).save(entries("orders", "payments"));
    await diskCache({ directory }).save(entries("shipping"));
    const loaded = await diskCache({ directory }).load([key("orders"), key("shipping"), key("unknown")]);
    expect(new Map([...loaded].sort())).toEqual(new Map([...entries("orders", "shipping")].sort()));
  });

  test("can be many and large", async () => {
    const many = new Map(Array.from({ length: 3000 }, (_, index) => [key(`${index}`), Buffer.from(`"${String(index).repeat(200)}"`)]));
    await diskCache({ directory }).save(many);
    const loaded = await diskCache({ directory }).load([...many.keys()]);
    expect(loaded.size).toBe(many.size);
    for (const [id, bytes] of many) expect(bytes.equals(loaded.get(id)!)).toBe(true);
    expect([...(await diskCache({ directory }).load([key("7")])).keys()]).toEqual([key("7")]);
  });

  test("is readable by its owner alone", async () => {
    await diskCache({ directory }).save(entries("orders"));
    expect(statSync(directory).mode & 0o077).toBe(0);
    expect(statSync(packs()[0] ?? "").mode & 0o077).toBe(0);
  });

  test("survives writers at the same time", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `service-${index}`);
    await Promise.all(names.map((name) => diskCache({ directory, maxPacks: 5 }).save(entries(name))));
    for (const [id, json] of await diskCache({ directory }).load(names.map(key))) expect(entries(...names).get(id)).toEqual(json);
  });
});

describe("damage", () => {
  test("at any byte loses entries at most", async () => {
    await diskCache({ directory }).save(entries("orders", "payments", "shipping"));
    const [file = ""] = packs();
    const sound = readFileSync(file);
    const wanted = entries("orders", "payments", "shipping");
    for (let at = 0; at < sound.length; at++) {
      const damaged = Buffer.from(sound);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      writeFileSync(file, damaged);
      for (const [id, json] of await diskCache({ directory }).load([...wanted.keys()])) expect(json).toEqual(wanted.get(id));
    }
  });

  test("by truncation, foreign files and directories is read past", async () => {
    await diskCache({ directory }).save(entries("orders"));
    const [file = ""] = packs();
    truncateSync(file, statSync(file).size - 3);
    await diskCache({ directory }).save(entries("payments"));
    writeFileSync(path.join(directory, "ff.pack"), "");
    writeFileSync(path.join(directory, "fe.pack"), "faultln1".repeat(20));
    mkdirSync(path.join(directory, "fd.pack"));
    expect([...(await diskCache({ directory }).load([key("orders"), key("payments")])).keys()]).toEqual([key("payments")]);
  });

  test("is what a place that cannot be written is, and nobody is told", async () => {
    writeFileSync(path.join(root, "file"), "");
    const nowhere = diskCache({ directory: path.join(root, "file/facts") });
    await nowhere.save(entries("orders"));
    expect(await nowhere.load([key("orders")])).toEqual(new Map());
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o500);
    await diskCache({ directory }).save(entries("orders"));
    chmodSync(directory, 0o700);
  });
});

describe("size", () => {
  test("is kept by dropping what was not used for longest", async () => {
    const noise = (name: string) =>
      new Map([[key(name), Buffer.from(Array.from({ length: 1500 }, (_, index) => key(`${name}${index}`)).join(""))]]);
    const cache = diskCache({ directory, maxBytes: 350_000 });
    for (const [age, name] of ["first", "second", "third"].entries()) {
      const before = new Set(age === 0 ? [] : packs());
      await cache.save(noise(name));
      for (const file of packs()) if (!before.has(file)) utimesSync(file, 1000 + age, 1000 + age);
    }
    await cache.load([key("first")]);
    await cache.save(noise("fourth"));
    expect([...(await cache.load(["first", "second", "third", "fourth"].map(key))).keys()].sort()).toEqual(
      ["first", "fourth", "third"].map(key).sort(),
    );
  });

  test("of the number of packs is kept by merging them, and nothing is lost", async () => {
    const names = Array.from({ length: 25 }, (_, index) => `service-${index}`);
    for (const name of names) await diskCache({ directory, maxPacks: 8 }).save(entries(name));
    expect(packs().length).toBeLessThanOrEqual(8);
    expect((await diskCache({ directory }).load(names.map(key))).size).toBe(25);
  });

  test("leftovers of a process that died go after an hour", async () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, "aa.tmp"), "x");
    utimesSync(path.join(directory, "aa.tmp"), 1, 1);
    writeFileSync(path.join(directory, "bb.tmp"), "x");
    await diskCache({ directory }).save(entries("orders"));
    expect(readdirSync(directory).filter((name) => name.endsWith(".tmp"))).toEqual(["bb.tmp"]);
  });
});

test("the place is that of the XDG base directories", () => {
  expect(cacheDirectory({ XDG_CACHE_HOME: "/var/cache/ada", HOME: "/home/ada" })).toBe("/var/cache/ada/faultline/facts");
  expect(cacheDirectory({ HOME: "/home/ada" })).toBe("/home/ada/.cache/faultline/facts");
  expect(cacheDirectory({ XDG_CACHE_HOME: "relative", HOME: "/home/ada" })).toBe("/home/ada/.cache/faultline/facts");
  expect(cacheDirectory({ XDG_CACHE_HOME: "", HOME: "" })).toBeNull();
});
