import type { EnvironmentVariable, ServerlessFact, ServerlessFunction } from "./deployment.js";
import { attribute, type HclBlock, type HclBody } from "./hcl.js";
import { written } from "./hcl-value.js";
import type { Lines } from "./place.js";
import { entries, get, items, text, type YamlNode } from "./yaml-node.js";

/** Parameters by which modules of a team hand variables on. */
const ENVIRONMENT = /^(?:container_|lambda_|function_|task_)?(?:env|environment)(?:_vars|_variables)?$/;

/** `sqs` of `terraform-aws-modules/sqs/aws`; `null` for other modules. */
export function registryModule(source: string | null): string | null {
  return /^(?:registry\.terraform\.io\/)?terraform-aws-modules\/([\w-]+)\/aws(?:$|\/\/)/.exec(source ?? "")?.[1] ?? null;
}

/** Lambda functions, containers of ECS and Cloud Run, and what modules of this repository are given to make some. */
export function terraformFunctions(body: HclBody, lines: Lines): readonly ServerlessFact[] {
  const archives = archivesOf(body);
  const functions = body.blocks.flatMap((block) => functionsOf(block, archives));
  return functions.length === 0
    ? []
    : [{ kind: "serverless-application", lines, framework: "terraform", name: null, environment: [], functions }];
}

/** Directories that `archive_file` packs, by its address. */
function archivesOf(body: HclBody): ReadonlyMap<string, string> {
  return new Map(
    body.blocks.flatMap(({ type, labels, body: archive }) => {
      const directory = text(attribute(archive, "source_dir")) ?? text(attribute(archive, "source_file"))?.replace(/\/[^/]*$/, "");
      const relative = directory === undefined ? null : relativePath(directory);
      return type === "data" && labels[0] === "archive_file" && relative !== null
        ? [[`data.archive_file.${labels[1] ?? ""}`, relative] as const]
        : [];
    }),
  );
}

/** `${path.module}/../src` from the file's directory; build output stands for what it is built from. */
function relativePath(written: string): string | null {
  const path = written
    .replace(/^\$\{path\.(?:module|root|cwd)\}\/?/, "./")
    .replace(/\/(?:dist|build|out|lib|\.build|\.aws-sam)(?:\/.*)?$/, "");
  return /^[\w./@-]+$/.test(path) && !path.startsWith("/") ? path : null;
}

function functionsOf({ type, labels, body, lines }: HclBlock, archives: ReadonlyMap<string, string>): readonly ServerlessFunction[] {
  const [first = "", label = ""] = labels;
  if (type === "module") return moduleFunction(first, body, lines);
  if (type !== "resource") return [];
  switch (first) {
    case "aws_lambda_function":
      return [lambda(label, body, lines, archives)];
    case "aws_ecs_task_definition":
      return items(written(attribute(body, "container_definitions") ?? EMPTY)).flatMap((container) => containerOf(container, lines));
    case "google_cloud_run_v2_service":
    case "google_cloud_run_service":
      return cloudRun(label, body, lines);
    default:
      return [];
  }
}

const EMPTY: YamlNode = { kind: "sequence", items: [], flow: true, tag: null, lines: { startLine: 1, endLine: 1 } };

function lambda(label: string, body: HclBody, lines: Lines, archives: ReadonlyMap<string, string>): ServerlessFunction {
  const file = text(attribute(body, "filename"));
  const archive = file === null ? undefined : archives.get(file.replace(/^\$\{|\.output_path\}$/g, ""));
  const code = archive ?? (file === null ? null : relativePath(file.replace(/\/[^/]*\.zip$/, "")));
  return {
    name: literal(text(attribute(body, "function_name"))) ?? label,
    handler: text(attribute(body, "handler")),
    code,
    environment: variables(attribute(body, "environment", "variables")),
    lines,
  };
}

/** `name`, `environment: [{ name, value }]` and `secrets: [{ name, valueFrom }]` of a container. */
function containerOf(container: YamlNode, lines: Lines): readonly ServerlessFunction[] {
  const name = literal(text(get(container, "name")));
  const secrets = items(get(container, "secrets")).flatMap((secret) => {
    const variable = text(get(secret, "name"));
    const from = text(get(secret, "valueFrom"));
    return variable === null || from === null ? [] : [{ name: variable, value: kept(from), source: null, lines: secret.lines }];
  });
  return name === null
    ? []
    : [{ name, handler: null, code: null, environment: [...listed(get(container, "environment")), ...secrets], lines }];
}

/** The ARN of a parameter or secret, as `serverless.yml` writes what is kept there. */
function kept(from: string): string {
  const store = /^arn:[^:]*:(ssm|secretsmanager):.*?:(?:parameter|secret:)(.+)$/.exec(from);
  return store === null ? from : `\${${store[1]}:${store[2]}}`;
}

function listed(environment: YamlNode | undefined): readonly EnvironmentVariable[] {
  return items(environment).flatMap((variable) => {
    const name = text(get(variable, "name"));
    return name === null ? [] : [{ name, value: text(get(variable, "value")), source: null, lines: variable.lines }];
  });
}

function cloudRun(label: string, body: HclBody, lines: Lines): readonly ServerlessFunction[] {
  const environment = containersIn(body, 0).flatMap((container) =>
    container.blocks.flatMap((block) => {
      const name = block.type === "env" ? text(attribute(block.body, "name")) : null;
      return name === null ? [] : [{ name, value: text(attribute(block.body, "value")), source: null, lines: block.lines }];
    }),
  );
  return [{ name: literal(text(attribute(body, "name"))) ?? label, handler: null, code: null, environment, lines }];
}

function containersIn(body: HclBody, depth: number): readonly HclBody[] {
  return depth > 3
    ? []
    : body.blocks.flatMap((block) => (block.type === "containers" ? [block.body] : containersIn(block.body, depth + 1)));
}

/** A module that is given variables makes one container or function of them. */
function moduleFunction(label: string, body: HclBody, lines: Lines): readonly ServerlessFunction[] {
  const given = [...body.attributes.values()].filter(({ key }) => ENVIRONMENT.test(key));
  const environment = given.flatMap(({ value }) => (value.kind === "map" ? variables(value) : listed(value)));
  if (environment.length === 0 && registryModule(text(attribute(body, "source"))) !== "lambda") return [];
  const name = ["service_name", "function_name", "name"].flatMap((key) => literal(text(attribute(body, key))) ?? [])[0];
  const directory = text(attribute(body, "source_path")) ?? text(attribute(body, "source_dir"));
  return [
    {
      name: name ?? label,
      handler: text(attribute(body, "handler")),
      code: directory === null ? null : relativePath(directory),
      environment,
      lines,
    },
  ];
}

/** A name with variables in it says something by what is left: `${var.prefix}-orders`. */
function literal(name: string | null): string | null {
  if (name === null) return null;
  const left = name.replace(/\$\{[^}]*\}/g, "").replace(/^[-_./]+|[-_./]+$/g, "");
  return left === "" ? null : left;
}

function variables(node: YamlNode | undefined): readonly EnvironmentVariable[] {
  return entries(node).map(({ key, value, lines }) => ({ name: key, value: text(value), source: null, lines }));
}
