import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { typescript } from "../facts/typescript/extractor.js";
import { compilerCode, compilerCodeFile } from "./compiler-code.js";
import { inThisThread } from "./extraction.js";
import { optimiseLess } from "./short-run.js";

/*
 * The last step of building the program, in the directory of the package: sources of the program itself are read, so that what
 * is kept of the compiler is what reading needs, with the flags of a short run.
 */
optimiseLess();
const sources = readdirSync("src/facts", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
const texts = sources.map((name) => ({
  path: name,
  text: readFileSync(path.join("src/facts", name), "utf8"),
  readers: [typescript.id],
  options: {},
}));
const code = await compilerCode(() => inThisThread.extract(texts));
writeFileSync(compilerCodeFile(new URL(`file://${path.resolve("dist")}/`)), code);
