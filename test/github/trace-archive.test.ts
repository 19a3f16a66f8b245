import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";
import { describe, expect, test } from "vitest";
import { ArchiveError, readTraceArchive } from "../../src/github/trace-archive.js";

async function zip(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, content] of Object.entries(files)) archive.addBuffer(Buffer.from(content as string), name);
  archive.end();
  return buffer(archive.outputStream);
}

const limits = { entries: 5, files: 3, bytes: 1_000 };
const failure = (archive: Buffer) =>
  readTraceArchive(archive, limits).then(
    () => "nothing",
    (error: unknown) => (error instanceof ArchiveError ? error.message : String(error)),
  );

test("gives the traces in order, and leaves the rest where it is", async () => {
  const archive = await zip({ "b/orders.json": "[1]", "readme.md": "x".repeat(9_000), "a.ndjson": "{}" });
  expect(await readTraceArchive(archive, limits)).toEqual([
    { path: "a.ndjson", text: "{}" },
    { path: "b/orders.json", text: "[1]" },
  ]);
});

describe("an archive that anybody packed", () => {
  test("unpacks to too much", async () => {
    const bomb = await zip({ "a.json": "0".repeat(50_000_000) });
    expect(bomb.length).toBeLessThan(100_000);
    expect(await failure(bomb)).toMatch(/unpacks to more than/);
    expect(await failure(await zip({ "a.json": "x".repeat(600), "b.json": "x".repeat(600) }))).toMatch(/unpacks to more than/);
  });

  test("lies about its sizes", async () => {
    const bomb = await zip({ "a.json": "0".repeat(5_000) });
    // The size unpacked, in the record of the central directory.
    const record = bomb.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    bomb.writeUInt32LE(10, record + 24);
    expect(await failure(bomb)).toMatch(/broken/);
  });

  test("has too many entries or files", async () => {
    const of = (count: number, name: string) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}.${name}`, "{}"]));
    expect(await failure(await zip(of(6, "txt")))).toMatch(/more than 5 entries/);
    expect(await failure(await zip(of(4, "json")))).toMatch(/more than 3 files/);
  });

  test.each(["../../etc/passwd.json", "/etc/passwd.json", "C:/windows.json"])("leads out of itself by %s", async (name) => {
    const inside = "x".repeat(name.length);
    const archive = await zip({ [inside]: "{}" });
    for (let at = archive.indexOf(inside); at !== -1; at = archive.indexOf(inside, at + 1)) archive.write(name, at);
    expect(await failure(archive)).toMatch(/broken/);
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["a text", Buffer.from("not a zip")],
    ["half of one", null],
  ])("is %s", async (_, given) => {
    const archive = given ?? (await zip({ "a.json": "[]".repeat(200) })).subarray(60);
    expect(await failure(archive)).toMatch(/broken/);
  });
});
