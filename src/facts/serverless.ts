import { serverlessMessaging, templateMessaging } from "./cloud-messaging.js";
import { cloudFormation, intrinsic } from "./cloudformation.js";
import type { EnvironmentVariable, ServerlessFact, ServerlessFunction } from "./deployment.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import { readJson } from "./json.js";
import { serverlessProgram } from "./serverless-program.js";
import type { YamlDocument } from "./yaml-document.js";
import { entries, entry, get, items, text, type YamlEntry, type YamlNode } from "./yaml-node.js";
import { readYaml } from "./yaml.js";

const SERVERLESS = /(?:^|\/)serverless(?:[._-][^/]*)?\.(?:ya?ml|json)$/i;
/** The same written as a program. */
const PROGRAM = /(?:^|\/)serverless\.[cm]?[jt]s$/;
/** Of JSON, which is mostly something else, only what is called like one. */
const TEMPLATE = /\.(?:ya?ml|template)$|(?:^|\/)[^/]*(?:template|stack|cloudformation|cfn|sam)[^/]*\.json$/i;
const IS_TEMPLATE = /AWSTemplateFormatVersion|AWS::Serverless-2016-10-31|"?Type"?\s*:\s*["']?AWS::\w+::/;

/** `serverless.yml` or `serverless.ts`, and SAM and CloudFormation templates under any name: functions and their variables, queues and what takes from them. */
export const serverless: Extractor = {
  id: "serverless",
  version: 7,
  accepts: (path) => SERVERLESS.test(path) || PROGRAM.test(path) || TEMPLATE.test(path),
  extract: readServerless,
};

function readServerless(source: SourceText): Extraction {
  if (PROGRAM.test(source.path)) {
    const root = serverlessProgram(source);
    return {
      facts: root === null ? [] : [...serverlessService(root, root.lines), ...serverlessMessaging(root, root.lines)],
      unreadable: [],
    };
  }
  const isServerless = SERVERLESS.test(source.path);
  if (!isServerless && !IS_TEMPLATE.test(source.text)) {
    return { facts: [], unreadable: [] };
  }
  const isJson = /^\s*\{/.test(source.text);
  const { roots, problems } = isJson ? jsonRoots(source) : yamlRoots(source);
  const facts = roots.flatMap(({ root, lines }) =>
    isServerless
      ? [...serverlessService(root, lines), ...serverlessMessaging(root, lines)]
      : [...cloudFormation(root, lines), ...templateMessaging(root, lines)],
  );
  return { facts, unreadable: problems };
}

interface Roots {
  readonly roots: readonly { readonly root: YamlNode; readonly lines: YamlDocument["lines"] }[];
  readonly problems: Extraction["unreadable"];
}

function jsonRoots(source: SourceText): Roots {
  const { root, problems } = readJson(source);
  return { roots: root === null ? [] : [{ root, lines: root.lines }], problems };
}

function yamlRoots(source: SourceText): Roots {
  const { documents, problems } = readYaml(source);
  return { roots: documents.flatMap(({ root, lines }) => (root === null ? [] : [{ root, lines }])), problems };
}

function serverlessService(root: YamlNode, lines: YamlDocument["lines"]): ServerlessFact[] {
  const service = get(root, "service");
  const name = text(service) ?? text(get(service, "name"));
  const isService = name !== null || entry(root, "provider") !== undefined;
  if (!isService) {
    return [];
  }
  const declared = get(root, "functions");
  // A list of maps, each of which may come from another file.
  const functions = declared?.kind === "sequence" ? items(declared).flatMap((item) => entries(item)) : entries(declared);
  return [
    {
      kind: "serverless-application",
      lines,
      framework: "serverless",
      name,
      environment: variables(get(root, "provider", "environment")),
      functions: functions.flatMap(serverlessFunction),
    },
  ];
}

function serverlessFunction({ key, value, lines }: YamlEntry): ServerlessFunction[] {
  if (value.kind !== "map") {
    return [];
  }
  return [
    {
      name: key,
      handler: text(get(value, "handler")) ?? text(get(value, "image")),
      code: null,
      environment: variables(get(value, "environment")),
      lines,
    },
  ];
}

function variables(node: YamlNode | undefined): EnvironmentVariable[] {
  return entries(node).map(({ key, value, lines }) => ({ name: key, value: intrinsic(value), source: null, lines }));
}
