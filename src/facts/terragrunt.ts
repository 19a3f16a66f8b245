import { Found } from "./cloud-found.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import { loadHclParser } from "./hcl-parser.js";
import { attribute, blocksOf, readHcl } from "./hcl.js";
import { entries, text } from "./yaml-node.js";

/** The nested stack that is the Terraform of a file: what depends on the file means the outputs of that. */
export const OWN_MODULE = "terragrunt.source";

/**
 * `terragrunt.hcl`: one directory of Terraform, with what it is given and the outputs of which others it is given. Each of
 * them is a nested stack, so that a queue of one is known where another takes from it.
 */
export const terragrunt: Extractor = {
  id: "terragrunt",
  version: 2,
  accepts: (path) => /(?:^|\/)terragrunt\.hcl$/.test(path),
  prepare: loadHclParser,
  extract: readTerragrunt,
};

function readTerragrunt(source: SourceText): Extraction {
  const { body, problems } = readHcl(source);
  const found = new Found();
  for (const block of blocksOf(body, "terraform")) {
    const module = local(text(attribute(block.body, "source")));
    if (module === null) continue;
    const inputs = entries(attribute(body, "inputs"));
    const parameters = inputs.map(({ key, value }) => ({ name: `var.${key}`, value: text(value) }));
    found.nested.push({ id: OWN_MODULE, template: module, parameters });
  }
  for (const block of body.blocks.filter(({ type }) => type === "dependency")) {
    const directory = local(text(attribute(block.body, "config_path")));
    if (directory === null) continue;
    found.nested.push({
      id: `dependency.${block.labels[0] ?? ""}`,
      template: `${directory.replace(/\/+$/, "")}/terragrunt.hcl`,
      parameters: [],
    });
  }
  const lines = { startLine: 1, endLine: source.text.split(/\r\n|\n|\r/).length };
  return { facts: [...found.fact(lines)], unreadable: problems };
}

/** A path within the repository; `null` for sources elsewhere. */
function local(path: string | null): string | null {
  if (path === null) return null;
  const fromRoot = path.replace(/^\$\{\s*get_repo_root\(\)\s*\}\/*/, "/");
  return /^(?:\.{1,2}(?:\/|$)|\/)/.test(fromRoot) && !fromRoot.includes("${") ? fromRoot : null;
}
