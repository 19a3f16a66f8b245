import { defaultConfig } from "../../src/config/settings.js";
import type { Config } from "../../src/config/config.js";
import { gatherFacts } from "../../src/extraction/gather.js";
import { buildModel } from "../../src/model/build.js";
import { linkEnvironment, type LinkedEnvironment } from "../../src/model/environment/link.js";
import { tabulate } from "../../src/model/fact-table.js";
import type { SystemModel } from "../../src/model/model.js";
import { linkServices, type LinkedServices } from "../../src/model/services/link.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";

export type Tree = Readonly<Record<string, string>>;

interface Settings {
  readonly repository?: string;
  readonly services?: Config["services"];
}

/** The model of a small tree. */
export async function systemOf(tree: Tree, settings: Settings = {}): Promise<SystemModel> {
  const { facts, config } = await factsOf(tree, settings);
  return buildModel(facts, config);
}

export interface Substrate {
  readonly linked: LinkedServices;
  readonly environment: LinkedEnvironment;
}

/** Services and their environment, before code is read. */
export async function substrateOf(tree: Tree, settings: Settings = {}): Promise<Substrate> {
  const { facts, config } = await factsOf(tree, settings);
  const table = tabulate(facts);
  const linked = linkServices(table, config);
  return { linked, environment: linkEnvironment(table, linked) };
}

async function factsOf(tree: Tree, { repository, services }: Settings) {
  const config: Config = { ...defaultConfig(), services: services ?? [] };
  const [facts] = await gatherFacts(
    [memorySnapshot(tree, { commit: "head", ...(repository === undefined ? {} : { repository }) })],
    config,
  );
  return { facts, config };
}

/** `orders [services/orders]`, sorted by name. */
export function servicesOf({ services }: Pick<SystemModel, "services">): readonly string[] {
  return services.map(({ name, paths }) => `${name} [${paths.map((path) => (path === "" ? "." : path)).join(", ")}]`);
}

/** `postgres/orders: orders, shipping`, with the products after a bar. */
export function databasesOf({ databases }: SystemModel): readonly string[] {
  return databases.map(
    ({ id, uses, products }) =>
      `${id}: ${uses.map(({ service }) => service).join(", ")}${products.length > 0 ? ` | ${products.map(({ service }) => service).join(", ")}` : ""}`,
  );
}

/** `workflow:deploy.yml/deploy one-job: orders, payments`. */
export function unitsOf({ deployUnits }: SystemModel): readonly string[] {
  return deployUnits.map(({ id, coupling, services }) => `${id} ${coupling ?? "apart"}: ${services.join(", ")}`);
}

/** A service's directory with a Dockerfile and a line of code. */
export function service(directory: string, more: Tree = {}): Tree {
  const place = directory === "" ? "" : `${directory}/`;
  return {
    [`${place}Dockerfile`]: "FROM node:22-alpine\nCOPY . .\nCMD node src/main.js\n",
    [`${place}package.json`]: `{ "name": "${directory.split("/").at(-1)}", "scripts": { "start": "node src/main.js" } }`,
    [`${place}src/main.js`]: 'require("express")().listen(3000);\n',
    ...Object.fromEntries(Object.entries(more).map(([path, text]) => [`${place}${path}`, text])),
  };
}

/** A Deployment with one container. `env` are the lines of its list, indented by nothing. */
export function deployment(
  name: string,
  options: { readonly image?: string; readonly env?: string; readonly namespace?: string; readonly envFrom?: string } = {},
): string {
  const list = (key: string, text: string | undefined): string =>
    text === undefined
      ? ""
      : `          ${key}:\n${text
          .split("\n")
          .map((line) => `            ${line}\n`)
          .join("")}`;
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
${options.namespace === undefined ? "" : `  namespace: ${options.namespace}\n`}spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: ${name}
          image: ${options.image ?? `registry.shop.example/${name}:1.0.0`}
${list("env", options.env)}${list("envFrom", options.envFrom)}`;
}
