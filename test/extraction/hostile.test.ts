import { describe, expect, test } from "vitest";
import { extractText, extractorsFor, prepareFor } from "../../src/facts/extract.js";
import { samples } from "../facts/samples.js";

/** A file name for every set of extractors that look at one file. */
const NAMES = [
  ...new Map(
    [...samples.keys()].map((path) => [
      extractorsFor(path)
        .map(({ id }) => id)
        .join(),
      path,
    ]),
  ).values(),
];

const LENGTH = 40_000;
const repeat = (text: string): string => text.repeat(Math.ceil(LENGTH / text.length));
const aliasBomb = [
  "a: &a [x,x,x,x,x,x,x,x,x]",
  ..."bcdefghijk".split("").map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghij"[index]}`).join(",")}]`),
].join("\n");

const HOSTILE: Readonly<Record<string, string>> = {
  empty: "",
  "a NUL in the text": "a: b\u0000c\n",
  "lone surrogates": "a: \uD800\nb: '\uDFFF'\n",
  "control characters": Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join(""),
  "one long line": repeat("a"),
  "one long word in quotes": `"${repeat("a")}"`,
  "open brackets": repeat("["),
  "open braces": repeat("{"),
  "open objects": repeat('{"a":'),
  "open parentheses": repeat("("),
  "dashes in a row": repeat("- "),
  "dashes that are indented": Array.from({ length: 400 }, (_, depth) => `${" ".repeat(depth)}- a:`).join("\n"),
  "keys that are indented": Array.from({ length: 400 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
  "open template brackets": repeat("{{ "),
  "template conditions": repeat("{{ if .a }}\n"),
  "open comments": repeat("/* "),
  "open strings": repeat("'"),
  "open template literals": repeat("`${"),
  backslashes: repeat("\\"),
  "backslash line ends": repeat("\\\n"),
  spaces: repeat(" "),
  "spaces before an end": `a: b${repeat(" ")}c`,
  tabs: repeat("\t"),
  "line ends": repeat("\n"),
  "carriage returns": repeat("\r"),
  colons: repeat("a: "),
  equals: repeat("a="),
  dollars: repeat("${a:-"),
  "nested interpolation": `A=${repeat("${A:-")}${repeat("}")}`,
  comments: repeat("# a\n"),
  "document separators": repeat("---\n"),
  anchors: repeat("&a "),
  aliases: aliasBomb,
  "a merge of itself": "a: &a\n  <<: *a\n",
  "arrow functions": repeat("a=>"),
  sums: repeat("a+"),
  "strings that are added": `x = ${repeat("'a'+")}'a'`,
  conditions: `x = ${repeat("a?b:")}c`,
  "calls of calls": repeat("a("),
  "chained calls": `a${repeat(".b()")}`,
  elses: repeat("if(a){}else "),
  tags: repeat("<a>"),
  generics: repeat("A<"),
  decorators: repeat("@a "),
  classes: repeat("class A{a="),
  heredocs: repeat("cat <<EOF\n"),
  pipes: repeat("a | "),
  "command substitutions": repeat("$("),
  "long commands": repeat("deploy --a "),
  messages: repeat("message A {"),
  "messages that are closed": `syntax = "proto3";\n${repeat("message A { message B {} }\n")}`,
  models: repeat("model A {\n"),
  instructions: repeat("RUN a && \\\n"),
  "names of prototypes": '{"__proto__": {"a": 1}, "constructor": {"prototype": {"b": 2}}, "hasOwnProperty": 1, "toString": null}\n',
  "names of prototypes in YAML":
    "services:\n  __proto__:\n    build: .\n    environment:\n      constructor: a\n      __proto__: b\n  constructor:\n    image: toString\n",
  "names of prototypes in code":
    "export const __proto__ = 1; export class constructor { toString() { return hasOwnProperty.__proto__; } }\nimport { constructor as c } from '__proto__';\n",
  "wrong types":
    '{"name": [], "version": {}, "dependencies": "x", "workspaces": 7, "scripts": [1], "main": null, "exports": {"a": [{"b": null}]}}',
  "wrong types in YAML":
    "apiVersion: [v1]\nkind: {a: b}\nmetadata: 7\nspec: null\nservices: [1, null, {a: []}]\njobs: x\non: 3\nroutes: [null]\nplugins: {a: 1}\nResources: []\n",
  "many services": `services:\n${Array.from({ length: 300 }, (_, index) => `  s${index}: {build: ., environment: {A: b}}\n`).join("")}`,
  blocks: repeat('resource "a" "b" {\n'),
  "expressions that do not end": `locals {\n  a = ${repeat("b(c ? [")}`,
  "strings that do not end": `locals {\n  a = ${repeat('"${')}`,
  "many keys": `{${Array.from({ length: 3000 }, (_, index) => `"k${index}": ${index}`).join(",")}}`,
};

describe("costs bounded time and breaks nothing, whatever the file's name:", () => {
  test.each(Object.entries(HOSTILE))("%s", async (_, text) => {
    const last = text.split(/\r\n|[\n\r\u2028\u2029]/).length;
    for (const name of NAMES) {
      await prepareFor(name);
      const started = performance.now();
      const { unreadable, facts } = extractText(name, text, { included: true });
      expect([name, performance.now() - started < 5000]).toEqual([name, true]);
      expect(unreadable.filter(({ reason }) => reason.includes("bug in Faultline"))).toEqual([]);
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
      for (const { line } of unreadable) expect([name, line >= 1 && line <= last]).toEqual([name, true]);
    }
  });
});
