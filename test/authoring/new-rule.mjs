/**
 * `npm run new-rule -- <rule-id> "<Title>"` writes what a new rule needs: its file, its line in the registry, its page and a
 * first fixture. All of it compiles; the tests then say what is left to write.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const [id, title] = process.argv.slice(2);
if (!/^[a-z]+(-[a-z0-9]+)+$/.test(id ?? "") || !title) {
  console.error(
    'Usage: npm run new-rule -- <rule-id> "<Title>"\n\n  The id is lower case with hyphens, such as missing-outbox; the title a noun phrase, such as "Missing outbox".',
  );
  process.exit(2);
}

const root = path.resolve(import.meta.dirname, "../..");
const name = id.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase());
const write = (file, text) => {
  const target = path.join(root, file);
  if (existsSync(target)) throw new Error(`${file} exists already`);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  console.log(`wrote ${file}`);
};

write(
  `src/rules/${id}.ts`,
  `import type { SystemModel } from "../model/model.js";
import type { Finding, Judgement, StateRule } from "./rule.js";

export const ${name}: StateRule = {
  about: "state",
  id: "${id}",
  title: "${title}",
  summary: "Says in one sentence what it finds.",
  severity: "warning",
  checklist: [],
  options: {},
  check,
};

function check(model: SystemModel): Judgement {
  const findings: Finding[] = model.services.flatMap(() => []);
  return { findings, cleared: [] };
}
`,
);

const registry = path.join(root, "src/rules/registry.ts");
const lines = readFileSync(registry, "utf8").split("\n");
const imports = [...lines.filter((line) => line.startsWith("import {")), `import { ${name} } from "./${id}.js";`].sort(byModule);
const known = lines.filter((line) => /^ {2}\w+,$/.test(line)).map((line) => line.trim().slice(0, -1));
const order = imports.map((line) => /\{ (\w+) \}/.exec(line)[1]).filter((one) => one === name || known.includes(one));
writeFileSync(
  registry,
  `${imports.join("\n")}
import type { Rule } from "./rule.js";

/** Every rule, sorted by id. A new rule is one file and one line here. */
export const rules: readonly Rule[] = [
${order.map((one) => `  ${one},`).join("\n")}
];
`,
);
console.log("added a line to src/rules/registry.ts");

write(
  `docs/rules/${id}.md`,
  `# ${title} (\`${id}\`)

## What it finds

## Why it hurts

## How to fix it

## Examples

### Flags: say what is wrong

\`\`\`yaml file=docker-compose.yml
services: {}
\`\`\`

### Ignores: say what is fine

\`\`\`yaml file=docker-compose.yml
services: {}
\`\`\`

## When it stays silent

## Options

None.

## When to switch it off
`,
);
write(`fixtures/rules/${id}/flags-first-story/head/docker-compose.yml`, "services: {}\n");
console.log(
  `\nNow: write the trees of the fixture and the rule, run npm run accept, read fixtures/rules/${id}/*/expected.md, then npm run check.`,
);

function byModule(one, other) {
  const module = (line) => /"(.*)"/.exec(line)[1];
  return module(one) < module(other) ? -1 : 1;
}
