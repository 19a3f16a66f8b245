import type { EnvironmentVariable, ServerlessFact, ServerlessFunction } from "./deployment.js";
import type { Lines } from "./place.js";
import { entries, get, text, type YamlEntry, type YamlNode } from "./yaml-node.js";

const FUNCTIONS = new Set(["AWS::Serverless::Function", "AWS::Lambda::Function"]);

/** The functions of a template. A template without functions is no application of its own. */
export function cloudFormation(root: YamlNode, lines: Lines): ServerlessFact[] {
  const functions = entries(get(root, "Resources")).filter(({ value }) => FUNCTIONS.has(text(get(value, "Type")) ?? ""));
  if (functions.length === 0) {
    return [];
  }
  const transforms = get(root, "Transform");
  const isSam = JSON.stringify(transforms ?? "").includes("AWS::Serverless");
  return [
    {
      kind: "serverless-application",
      lines,
      framework: isSam ? "sam" : "cloudformation",
      name: null,
      environment: variables(get(root, "Globals", "Function", "Environment", "Variables")),
      functions: functions.map(lambda),
    },
  ];
}

function lambda({ key, value, lines }: YamlEntry): ServerlessFunction {
  const properties = get(value, "Properties");
  const code = intrinsic(get(properties, "CodeUri"));
  const handler = text(get(properties, "Handler"));
  return {
    name: text(get(properties, "FunctionName")) ?? key,
    // A handler is a path below its code.
    handler:
      handler !== null && code !== null && /^[\w./-]+$/.test(code) && code !== "." ? `${code.replace(/\/+$/, "")}/${handler}` : handler,
    code: null,
    environment: variables(get(properties, "Environment", "Variables")),
    lines,
  };
}

function variables(node: YamlNode | undefined): EnvironmentVariable[] {
  return entries(node).map(({ key, value, lines }) => ({ name: key, value: intrinsic(value), source: null, lines }));
}

/**
 * What a template computes, in the spelling of `Sub`: `!Ref Table` and `Ref: Table` are `${Table}`, `!GetAtt Queue.Arn` is
 * `${Queue.Arn}`. Equal texts in one template then are equal values. `null` for what has no such spelling.
 */
export function intrinsic(node: YamlNode | undefined): string | null {
  if (node === undefined) {
    return null;
  }
  const tag = node.tag?.replace(/^!/, "") ?? null;
  if (node.kind === "scalar") {
    const written = text(node);
    return written === null || tag === null || tag === "Sub" || tag.includes(":") ? written : reference(tag, written);
  }
  if (node.kind === "sequence") {
    return tag === null ? null : listed(tag, node.items);
  }
  // `!ImportValue` with `Fn::Sub` inside.
  const inside = computed(node.entries);
  return tag === null || inside === null ? inside : reference(tag, inside);
}

function computed([only, ...others]: readonly YamlEntry[]): string | null {
  if (only === undefined || others.length > 0) {
    return null;
  }
  const name = only.key.replace(/^Fn::/, "");
  const inner = only.value;
  if (inner.kind === "sequence") {
    return listed(name, inner.items);
  }
  const written = intrinsic(inner);
  return written === null || (only.key !== "Ref" && !only.key.startsWith("Fn::"))
    ? null
    : name === "Sub"
      ? written
      : reference(name, written);
}

function reference(name: string, written: string): string | null {
  switch (name) {
    case "Ref":
    case "GetAtt":
      return `\${${written}}`;
    case "ImportValue":
      return `\${import:${written}}`;
    default:
      return null;
  }
}

function listed(name: string, items: readonly YamlNode[]): string | null {
  const [first, second] = items;
  if (name === "Sub") {
    return text(first);
  }
  if (name === "GetAtt") {
    return `\${${items.map((item) => text(item) ?? "").join(".")}}`;
  }
  if (name === "Join" && second?.kind === "sequence") {
    const parts = second.items.map(intrinsic);
    return parts.includes(null) ? null : parts.join(text(first) ?? "");
  }
  return null;
}
