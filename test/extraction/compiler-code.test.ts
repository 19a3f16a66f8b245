import { execFileSync } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

/** In a process of its own, which has not loaded the compiler and whose flags may be set. */
function loadIn(directory: string, flags: "as usual" | "short run"): { readonly used: boolean; readonly kinds: number } {
  const program = `
    import { optimiseLess } from "./build/extraction/short-run.js";
    import { loadKeptCompiler } from "./build/extraction/compiler-code.js";
    import { loadCompiler } from "./build/facts/typescript/compiler.js";
    ${flags === "short run" ? "optimiseLess();" : ""}
    const used = loadKeptCompiler(new URL(${JSON.stringify(`${pathToFileURL(path.join(root, directory)).href}/`)}));
    const { statements } = loadCompiler().createSourceFile("a.ts", "export const total = prices.map((price) => price * 2);", 99);
    console.log(JSON.stringify({ used, kinds: statements.length }));`;
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd: root, encoding: "utf8" });
  return JSON.parse(said) as ReturnType<typeof loadIn>;
}

test("what V8 made of the compiler when the program was built is used in a short run", () => {
  expect(loadIn("dist", "short run")).toEqual({ used: true, kinds: 1 });
});

test("what does not fit is of no use and does no harm", () => {
  expect(loadIn("dist", "as usual")).toEqual({ used: false, kinds: 1 });
  expect(loadIn("fixtures", "short run")).toEqual({ used: false, kinds: 1 });
});
