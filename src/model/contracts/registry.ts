import type { ImportBinding, SourceFact } from "../../facts/source.js";
import { composeEntries } from "../compose.js";
import type { Evidence } from "../evidence.js";
import type { FactTable } from "../fact-table.js";
import { parseImage } from "../images.js";
import { packageOf } from "../libraries/package-name.js";

const CLIENT = /schema-?registry|apicurio/i;
const IMAGE = /schema-registry|apicurio-registry/;
/** `spring.kafka.properties.schema.registry.url`, `SCHEMA_REGISTRY_URL`. */
const SETTING = /schema[._-]?registry/i;

/**
 * What shows that the system keeps the schemas of its messages in a registry: a client of one, a container, an address.
 *
 * @param importers source files that import a client
 */
export function schemaRegistries(table: FactTable, importers: ReadonlySet<string>): readonly Evidence[] {
  return [...clients(table, importers), ...containers(table), ...addresses(table)];
}

/** Imports of a client of a registry. */
export function registryImports({ imports }: SourceFact): readonly ImportBinding[] {
  return imports.filter(({ module }) => /^[@a-z]/.test(module) && CLIENT.test(packageOf(module)));
}

function clients(table: FactTable, importers: ReadonlySet<string>): readonly Evidence[] {
  const packages = table
    .of("package")
    .flatMap(({ path, fact }) =>
      Object.keys(fact.dependencies).flatMap((name): Evidence[] =>
        CLIENT.test(name)
          ? [{ path, startLine: fact.lines.startLine, endLine: fact.lines.startLine, kind: "configuration", note: `depends on ${name}` }]
          : [],
      ),
    );
  const imports = [...importers].flatMap((path) =>
    table
      .in(path, "source")
      .flatMap(registryImports)
      .map(({ module, line }): Evidence => ({ path, startLine: line, endLine: line, kind: "code", note: `uses ${packageOf(module)}` })),
  );
  return [...packages, ...imports];
}

function containers(table: FactTable): readonly Evidence[] {
  const isRegistry = (image: string | null): boolean => image !== null && IMAGE.test(parseImage(image)?.name ?? "");
  const composed = composeEntries(table).flatMap(({ path, image, service }): Evidence[] =>
    isRegistry(image) ? [{ path, ...service.lines, kind: "deployment", note: "runs a schema registry" }] : [],
  );
  const workloads = table
    .of("workload")
    .flatMap(({ path, fact }) =>
      fact.containers.flatMap((container): Evidence[] =>
        isRegistry(container.image) ? [{ path, ...container.lines, kind: "deployment", note: "runs a schema registry" }] : [],
      ),
    );
  return [...composed, ...workloads];
}

function addresses(table: FactTable): readonly Evidence[] {
  const settings = table
    .of("settings-file")
    .flatMap(({ path, fact }) =>
      fact.settings.flatMap(({ key, lines }): Evidence[] =>
        SETTING.test(key) ? [{ path, ...lines, kind: "configuration", note: "names a schema registry" }] : [],
      ),
    );
  const variables = table
    .of("env-file")
    .flatMap(({ path, fact }) =>
      fact.variables.flatMap(({ name, lines }): Evidence[] =>
        SETTING.test(name) ? [{ path, ...lines, kind: "configuration", note: "names a schema registry" }] : [],
      ),
    );
  return [...settings, ...variables];
}
