import type { Extractor, SourceText, Extraction } from "./facts.js";
import { loadHclParser } from "./hcl-parser.js";
import { readHcl } from "./hcl.js";
import { terraformFunctions } from "./terraform-functions.js";
import { terraformMessaging } from "./terraform-messaging.js";

/** Terraform: queues, topics and subscriptions with what becomes of messages that fail, functions and containers with their variables. */
export const terraform: Extractor = {
  id: "terraform",
  version: 5,
  accepts: (path) => /\.(?:tf|tofu)$/.test(path),
  prepare: loadHclParser,
  extract: readTerraform,
};

/** A cheap look: providers, versions and plain settings say nothing of a system. */
const TELLS = /^[ \t]*(?:resource|module|locals|variable|output|data)\b/m;

function readTerraform(source: SourceText): Extraction {
  if (!TELLS.test(source.text)) return { facts: [], unreadable: [] };
  const { body, problems } = readHcl(source);
  const lines = { startLine: 1, endLine: source.text.split(/\r\n|\n|\r/).length };
  return { facts: [...terraformMessaging(body, lines), ...terraformFunctions(body, lines)], unreadable: problems };
}
