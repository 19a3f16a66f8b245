import { expect, it } from "vitest";
import { orders } from "./shop.js";

it.each([
  [`axios.get("http://payments:3000/charges")`, `axios.get("http://payments:3000/charges", { timeout: 5_000 })`],
  [`axios.post("http://payments:3000/charges", { id })`, `axios.post("http://payments:3000/charges", { id }, { timeout: 5_000 })`],
  [`axios.post("http://payments:3000/charges")`, `axios.post("http://payments:3000/charges", undefined, { timeout: 5_000 })`],
  [
    `axios.get("http://payments:3000/charges", { params: { id } })`,
    `axios.get("http://payments:3000/charges", { params: { id }, timeout: 5_000 })`,
  ],
  [
    `axios({ method: "post", url: "http://payments:3000/charges" })`,
    `axios({ method: "post", url: "http://payments:3000/charges", timeout: 5_000 })`,
  ],
  [`fetch("http://payments:3000/charges")`, `fetch("http://payments:3000/charges", { signal: AbortSignal.timeout(5_000) })`],
  [
    `fetch("http://payments:3000/charges", { method: "POST" })`,
    `fetch("http://payments:3000/charges", { method: "POST", signal: AbortSignal.timeout(5_000) })`,
  ],
  [`fetch("http://payments:3000/charges", {})`, `fetch("http://payments:3000/charges", { signal: AbortSignal.timeout(5_000) })`],
  [`got.get("http://payments:3000/charges")`, `got.get("http://payments:3000/charges", { timeout: { request: 5_000 } })`],
])("%s gets a time-out", async (call, expected) => {
  const system = await orders(`import axios from "axios";\nimport got from "got";\nexport async function run(id) {\n  await ${call};\n}\n`);
  const { bound } = system.model.code.calls[0]!;
  expect("insertion" in bound ? bound.insertion : null).toEqual({ startLine: 4, endLine: 4, replacement: `  await ${expected};` });
});

it("leaves calls of instances and of several lines alone", async () => {
  const system = await orders(
    `import axios from "axios";\nconst api = axios.create({ baseURL: "http://payments:3000" });\nexport const get = () => api.get("/charges");\nexport const post = () =>\n  axios.post(\n    "http://payments:3000/charges",\n  );\n`,
  );
  expect(system.model.code.calls.map(({ bound }) => ("insertion" in bound ? bound.insertion : undefined))).toEqual([null, null]);
});

it("does not write a limit beside one that is switched off", async () => {
  const system = await orders(
    `import axios from "axios";\nexport const get = () => axios.get("http://payments:3000/charges", { timeout: 0 });\n`,
  );
  expect(system.model.code.calls.map(({ bound }) => bound)).toEqual([{ kind: "unbounded", insertion: null }]);
});
