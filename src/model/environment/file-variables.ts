import type { EnvironmentVariable, ServerlessFunction } from "../../facts/deployment.js";
import type { Setting, SettingsFileFact } from "../../facts/configuration.js";
import { variableEvidence } from "../compose.js";
import type { Evidence } from "../evidence.js";
import type { FactTable } from "../fact-table.js";
import type { Chart } from "../helm.js";
import { interpolate } from "../interpolation.js";
import { directoryOf, joined, lastSegment } from "../paths.js";
import type { ServiceDirectory } from "../services.js";
import { codeDirectory } from "../services/code-place.js";
import type { SourceTree } from "../services/source-tree.js";
import { stageOf, stageOfEnvFile } from "../stage.js";
import type { Declared, Origin } from "./declared.js";

/** A variable and the service that it is declared for. */
export interface ServiceVariable {
  readonly service: string;
  readonly variable: Declared;
}

interface Inputs {
  readonly table: FactTable;
  readonly tree: SourceTree;
  readonly services: ServiceDirectory;
}

/** dotenv files in a service's directory. Those that a compose file hands over already are left to it. */
export function* dotenvVariables({ table, services }: Inputs): Generator<ServiceVariable> {
  const handedOver = new Set(
    table
      .of("compose")
      .flatMap(({ path, fact }) =>
        fact.services.flatMap((service) => service.envFiles.flatMap((file) => joined(directoryOf(path), file) ?? [])),
      ),
  );
  const composeDirectories = new Set(table.of("compose").map(({ path }) => directoryOf(path)));
  for (const { path, fact } of table.of("env-file")) {
    const service = services.serviceOf(path);
    if (service === null || handedOver.has(path)) continue;
    const values = new Map(fact.variables.map((variable) => [variable.name, variable]));
    const stage = stageOfEnvFile(lastSegment(path), composeDirectories.has(directoryOf(path)));
    for (const variable of fact.variables) {
      if (variable.value === null) continue;
      const filled = interpolate(variable.value, (name) => {
        const other = values.get(name);
        return other?.value == null || other === variable ? null : { value: other.value, evidence: [variableEvidence(path, other)] };
      });
      const evidence = [variableEvidence(path, variable, `sets \`${variable.name}\` for \`${service}\``), ...filled.evidence];
      yield {
        service,
        variable: { ...declaration("dotenv", path, variable.name), value: filled.text, complete: filled.complete, stage, evidence },
      };
    }
  }
}

const TEST_RESOURCES = /(?:^|\/)src\/(?:test|it|integration-?test|e2e)\//i;

/** Spring, .NET and other settings files in a service's directory. Their `${NAME:default}` is filled in later. */
export function* settingsVariables({ table, tree, services }: Inputs): Generator<ServiceVariable> {
  for (const { path, fact } of table.of("settings-file")) {
    const service = fact.flavour === "helm-values" ? null : fact.flavour === "served" ? servedTo(path, services) : services.serviceOf(path);
    if (service === null || TEST_RESOURCES.test(path) || tree.isAside(path)) continue;
    for (const setting of fact.settings) {
      yield {
        service,
        variable: {
          ...declaration("settings", path, setting.key),
          value: setting.value,
          complete: !/[$]\{|\{\{/.test(setting.value),
          stage: stageOf(lastSegment(path)),
          evidence: [settingEvidence(path, setting, service)],
        },
      };
    }
  }
}

/** `orders.yml` and `orders-prod.yml` are for the service of that name. */
function servedTo(path: string, services: ServiceDirectory): string | null {
  const name = lastSegment(path).replace(/\.[^.]+$/, "");
  return services.named(name) ?? services.named(name.replace(/-[^-]+$/, ""));
}

function settingEvidence(path: string, setting: Setting, service: string): Evidence {
  return {
    path,
    startLine: setting.lines.startLine,
    endLine: setting.lines.endLine,
    kind: "configuration",
    note: `sets \`${setting.key}\` for \`${service}\``,
  };
}

/** ENV of Dockerfiles in a service's directory. */
export function* imageVariables({ table, services }: Inputs): Generator<ServiceVariable> {
  for (const { path, fact } of table.of("dockerfile")) {
    const service = services.serviceOf(path);
    if (service !== null) yield* plain(service, path, fact.environment, "image");
  }
}

/** `environment:` of serverless applications and their functions. */
export function* serverlessVariables({ table, services }: Inputs): Generator<ServiceVariable> {
  for (const { path, fact } of table.of("serverless-application")) {
    if (fact.framework === "terraform" || fact.framework === "cdk") {
      // References mean the same in all files of a directory of Terraform.
      const scope = fact.framework === "cdk" ? `cdk:${path}` : `terraform:${directoryOf(path)}`;
      for (const one of fact.functions) yield* functionVariables(path, one, scope, { table, services });
      continue;
    }
    const service = services.serviceOf(path);
    if (service === null) continue;
    yield* plain(service, path, fact.environment, "deployment");
    for (const { environment } of fact.functions) yield* plain(service, path, environment, "deployment");
  }
}

/** A function or container stands for the service whose code it runs, or that is called so, or in whose directory it is declared. */
function* functionVariables(
  path: string,
  { name, code, environment }: ServerlessFunction,
  scope: string,
  { table, services }: Pick<Inputs, "table" | "services">,
): Generator<ServiceVariable> {
  const directory = code === null ? null : codeDirectory(path, code, (each) => table.hasDirectory(each));
  const service =
    (directory === null ? null : services.serviceOf(`${directory}/`)) ??
    services.named(name) ??
    (code === null ? services.serviceOf(path) : null);
  if (service === null) return;
  for (const each of plain(service, path, environment, "deployment"))
    yield { ...each, variable: { ...each.variable, group: `${path}#${name}`, scope } };
}

function* plain(service: string, path: string, variables: readonly EnvironmentVariable[], origin: Origin): Generator<ServiceVariable> {
  for (const variable of variables) {
    if (variable.value === null) continue;
    const evidence = [variableEvidence(path, variable, `sets \`${variable.name}\` for \`${service}\``)];
    yield {
      service,
      variable: {
        ...declaration(origin, path, variable.name),
        value: variable.value,
        complete: !/\$\{|\{\{|!/.test(variable.value),
        stage: stageOf(lastSegment(path)),
        evidence,
      },
    };
  }
}

const ENVIRONMENT_MAP =
  /^(?:(.+)\.)?(?:env|envs|environment|environmentVariables|envVars|extraEnv|extraEnvs|extraEnvVars|extraEnvironment|config|configMap|configmap|configMap\.data|configmap\.data|appConfig|settings)\.([A-Z][A-Z0-9_]*)(?:\.value)?$/;
const ENVIRONMENT_LIST = /^(?:(.+)\.)?(?:env|envs|environment|extraEnv|extraEnvs|extraEnvVars|envVars)(?:\.|\[)(\d+)\]?\.name$/;

/** Environment that Helm values hold for templates to loop over: `env.DB_HOST`, `orders.env.DB_HOST`, `env[0].name`. */
export function* helmVariables({
  table,
  services,
  charts,
  serviceOfChart,
}: Inputs & { readonly charts: readonly Chart[]; readonly serviceOfChart: (chart: Chart) => string | null }): Generator<ServiceVariable> {
  for (const { path, fact } of table.of("settings-file")) {
    if (fact.flavour !== "helm-values") continue;
    const chart = charts.find(({ files }) => files.some((file) => file.path === path)) ?? null;
    for (const { name, prefix, setting } of environmentSettings(fact)) {
      const service =
        (prefix === "" ? null : services.named(lastName(prefix))) ??
        services.named(fileName(path)) ??
        (chart === null ? null : serviceOfChart(chart)) ??
        imageService(fact, prefix, services);
      if (service === null) continue;
      const evidence: Evidence = {
        path,
        startLine: setting.lines.startLine,
        endLine: setting.lines.endLine,
        kind: "deployment",
        note: `sets \`${name}\` for \`${service}\``,
      };
      yield {
        service,
        variable: {
          ...declaration("deployment", `${path}#${prefix}`, name),
          scope: "kubernetes:",
          value: setting.value,
          complete: !/\$\{|\{\{/.test(setting.value),
          stage: stageOf(path),
          evidence: [evidence],
        },
      };
    }
  }
}

/** Whom a file of values is for, where one chart serves many: `values/orders.yaml`, `orders-values.yaml`, `values.orders.yaml`. */
function fileName(path: string): string {
  return lastSegment(path)
    .replace(/\.ya?ml$/, "")
    .replace(/(?:^|[._-])values(?:[._-]|$)/, "");
}

function environmentSettings(
  fact: SettingsFileFact,
): readonly { readonly name: string; readonly prefix: string; readonly setting: Setting }[] {
  const byKey = new Map(fact.settings.map((setting) => [setting.key, setting]));
  return fact.settings.flatMap((setting) => {
    const map = ENVIRONMENT_MAP.exec(setting.key);
    if (map !== null) return [{ name: map[2]!, prefix: map[1] ?? "", setting }];
    const list = ENVIRONMENT_LIST.exec(setting.key);
    if (list === null) return [];
    const value = byKey.get(setting.key.replace(/name$/, "value"));
    return value === undefined ? [] : [{ name: setting.value, prefix: list[1] ?? "", setting: value }];
  });
}

function lastName(prefix: string): string {
  return (
    prefix
      .split(".")
      .filter((part) => !/^(?:services|microservices|apps|deployments|global|backend|container|image)$/.test(part))
      .at(-1) ?? ""
  );
}

function imageService(fact: SettingsFileFact, prefix: string, services: ServiceDirectory): string | null {
  const key = prefix === "" ? "image.repository" : `${prefix}.image.repository`;
  const repository = fact.settings.find((setting) => setting.key === key)?.value;
  return repository === undefined ? null : services.named(lastSegment(repository));
}

function declaration(origin: Origin, group: string, name: string): Omit<Declared, "value" | "complete" | "stage" | "evidence"> {
  return { name, opaque: null, origin, group, scope: `file:${group}`, shared: false, inherited: false };
}
