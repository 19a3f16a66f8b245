import type { ContractFact } from "../contract.js";
import type { Extraction, Extractor, SourceText } from "../facts.js";
import { get, text, type YamlNode } from "../yaml-node.js";
import { rootOf } from "./root.js";
import { schemaDefinitions } from "./schema.js";

/** Where teams keep the schemas of their messages. */
const HOLDS_SCHEMAS =
  /(?:^|\/)(?:[\w-]*[-_])?(?:events?|messages?|schemas?|contracts?|asyncapi|payloads?|topics?|channels?)(?:[-_][\w-]*)?\/|\.schema\.(?:json|ya?ml)$/i;
const OTHER_FILE = /(?:^|\/)(?:package(?:-lock)?|tsconfig[^/]*|composer|nest-cli|project|lerna|nx|turbo|manifest)\.json$/i;

/** A JSON Schema in JSON or YAML. Which of them describe events is decided where the system is known. */
export const jsonSchema: Extractor = {
  id: "json-schema",
  version: 1,
  accepts: (path) => /\.(?:json|ya?ml)$/i.test(path) && HOLDS_SCHEMAS.test(path) && !OTHER_FILE.test(path),
  extract: readSchema,
};

/** Before parsing: JSON Schema's own address, or the two words without which there is nothing to compare. */
const MARK = /json-schema\.org|["']?properties["']?\s*:/;
const OTHER_FORMAT = /^["'{ \t]*(?:asyncapi|openapi|swagger|apiVersion)["']?\s*:/m;

function readSchema(source: SourceText): Extraction {
  if (!MARK.test(source.text) || OTHER_FORMAT.test(source.text)) return { facts: [], unreadable: [] };
  const { root, problems } = rootOf(source);
  if (root === null) return { facts: [], unreadable: problems };
  if (!isSchema(root)) return { facts: [], unreadable: [] };
  const fact: ContractFact = {
    kind: "contract",
    lines: root.lines,
    format: "json-schema",
    application: null,
    definitions: schemaDefinitions(root, true),
    messages: [],
    channels: [],
    exchanged: [],
  };
  return { facts: [fact], unreadable: [] };
}

function isSchema(root: YamlNode): boolean {
  if (text(get(root, "$schema"))?.includes("json-schema.org") === true) return true;
  const shapes = ["properties", "allOf", "oneOf", "anyOf", "$defs", "definitions"].some((key) => get(root, key) !== undefined);
  return shapes && (text(get(root, "type")) === "object" || get(root, "properties")?.kind === "map");
}
