import { describe, expect, test } from "vitest";
import type { EnvFileFact } from "../../src/facts/deployment.js";
import { envFile } from "../../src/facts/env-file.js";

function read(text: string): string[] {
  const [fact] = envFile.extract({ path: ".env", text }).facts as EnvFileFact[];
  return fact?.variables.map(({ name, value, lines }) => `${lines.startLine}-${lines.endLine} ${name}=${value}`) ?? [];
}

test.each([
  ["A=1", "A=1"],
  ["A = 1 ", "A=1"],
  ["export A=1", "A=1"],
  ["A=", "A="],
  ["A: 1", "A=1"],
  ["A=one two", "A=one two"],
  ["A=1 # note", "A=1"],
  ["A=p#ss", "A=p#ss"],
  ["A=# note", "A="],
  ['A="1 # 2" # note', "A=1 # 2"],
  ["A='${B}'", "A=${B}"],
  ['A="say \\"hi\\"\\n"', 'A=say "hi"\n'],
  ["A='a\\n'", "A=a\\n"],
  ["A=postgres://u:p@${HOST}:5432/db?x=1", "A=postgres://u:p@${HOST}:5432/db?x=1"],
  ["spring.datasource.url=jdbc:x", "spring.datasource.url=jdbc:x"],
])("%s", (line, expected) => {
  expect(read(line)).toEqual([`1-1 ${expected}`]);
});

test("a quoted value may run over lines", () => {
  expect(read('KEY="one\ntwo"\nB=2')).toEqual(["1-2 KEY=one\ntwo", "3-3 B=2"]);
});

test("skips comments, blank lines and names without a value", () => {
  expect(read("# A=1\n\nB\nexport C\nD=4")).toEqual(["5-5 D=4"]);
});

describe("what is broken", () => {
  test("a value without its closing quote ends with its line", () => {
    const { facts, unreadable } = envFile.extract({ path: ".env", text: 'A=1\nB="secret\nC=3\n' });
    expect((facts[0] as EnvFileFact).variables.map(({ name }) => name)).toEqual(["A", "B", "C"]);
    expect(unreadable).toEqual([{ line: 2, reason: "a quoted value without its closing quote" }]);
  });

  test("a line that sets nothing is named without its text", () => {
    const { unreadable } = envFile.extract({ path: ".env", text: "A=1\nhunter2 is the password\n" });
    expect(unreadable).toEqual([{ line: 2, reason: "this line sets no variable" }]);
  });
});

test.each([
  [".env", true],
  [".env.production", true],
  ["orders.env", true],
  ["services/orders/.env.example", true],
  ["env.example", true],
  [".test.env", true],
  ["config.env.ts", false],
  [".env.json", false],
  [".envrc", false],
  ["environment.ts", false],
  ["next-env.d.ts", false],
  ["protos/env/env.proto", false],
  ["src/env.graphql", false],
])("accepts %s: %s", (path, accepted) => {
  expect(envFile.accepts(path)).toBe(accepted);
});
