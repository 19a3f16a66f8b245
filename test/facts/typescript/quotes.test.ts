import { expect, it } from "vitest";
import { typescript } from "../../../src/facts/typescript/extractor.js";
import type { SourceFact } from "../../../src/facts/source.js";

function quotes(text: string): readonly string[] {
  const [fact] = typescript.extract({ path: "orders.ts", text }).facts;
  return (fact as SourceFact).quotes.map(({ text: line, close }) => `${line.slice(0, close)}|${line.slice(close)}`);
}

it("quotes a call of a package or a global on its line, up to where it closes", () => {
  expect(quotes(`import axios from "axios";\nexport const run = () => axios.get("http://orders/(1)").then(log);\n`)).toEqual([
    `export const run = () => axios.get("http://orders/(1)"|).then(log);`,
  ]);
  expect(quotes("export const run = (id) => fetch(`http://orders/${id}`, { method: 'POST' });\r\n")).toEqual([
    "export const run = (id) => fetch(`http://orders/${id}`, { method: 'POST' }|);",
  ]);
});

it.each([
  ["own functions", `const send = (url) => url; export const run = () => send("http://orders");`],
  ["own modules", `import { send } from "./send"; export const run = () => send("http://orders");`],
  ["calls over several lines", `import axios from "axios"; export const run = () => axios.get(\n  "http://orders",\n);`],
  ["two calls of a name on a line", `import axios from "axios"; export const run = () => [axios.get("a"), axios.get("b")];`],
  ["what may be a secret", `export const run = () => fetch("http://shop:hunter2@orders/");`],
  ["what is called a secret", `export const run = (password) => fetch("http://orders/" + password);`],
  ["constructions", `import { Kafka } from "kafkajs"; export const kafka = new Kafka({});`],
])("does not quote %s", (_, text) => {
  expect(quotes(text)).toEqual([]);
});
