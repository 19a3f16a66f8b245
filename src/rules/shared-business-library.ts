import type { Evidence } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";
import type { BusinessPart, SharedLibrary } from "../model/shared-libraries.js";
import type { Clearance, Finding, Judgement, RuleOptions, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const sharedBusinessLibrary: StateRule = {
  about: "state",
  id: "shared-business-library",
  title: "Shared business library",
  summary: "Finds packages with tables, rules or clients of the business that two or more services import.",
  severity: "warning",
  checklist: ["no-shared-business-logic"],
  options: { allowed: { description: "Names or directories of packages that services may share.", default: [] } },
  check,
};

function check({ sharedLibraries }: SystemModel, options: RuleOptions): Judgement {
  const allowed = new Set(Array.isArray(options["allowed"]) ? options["allowed"] : []);
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  for (const library of sharedLibraries) {
    if (allowed.has(library.name) || allowed.has(library.directory)) continue;
    const shared = library.parts.filter(({ importers }) => importers.length > 1);
    if (shared.length > 0) findings.push(describe(library, shared));
    else cleared.push(clearance(library));
  }
  return { findings, cleared };
}

function subjectOf({ name }: SharedLibrary): readonly string[] {
  return [`package:${name}`];
}

function clearance(library: SharedLibrary): Clearance {
  const evidence = distinct([
    ...library.parts.flatMap((part) => [part.evidence, ...part.importers.map((importer) => importer.evidence)]),
    ...library.importers.map((importer) => importer.evidence),
  ]);
  return { rule: sharedBusinessLibrary.id, subject: subjectOf(library), discriminator: "", evidence };
}

const TABLES: readonly BusinessPart["kind"][] = ["entity", "schema", "repository", "migration"];

function describe(library: SharedLibrary, shared: readonly BusinessPart[]): Finding {
  const services = [...new Set(shared.flatMap(({ importers }) => importers.map(({ service }) => service)))].sort();
  const hasTables = shared.some(({ kind }) => TABLES.includes(kind));
  return {
    rule: sharedBusinessLibrary.id,
    subject: subjectOf(library),
    discriminator: "",
    severity: "warning",
    confidence: hasTables ? "high" : "medium",
    members: services,
    measure: { name: "shared parts", value: shared.length },
    services,
    title: `${listOf(services)} share business code in ${library.name}`,
    message: messageOf(library, shared, services),
    remedy: remedyOf(library, shared),
    evidence: evidenceOf(shared),
    suggestion: null,
    bodyHash: null,
  };
}

const GROUPS: readonly { readonly kinds: readonly BusinessPart["kind"][]; readonly one: string; readonly many: string }[] = [
  { kinds: ["entity", "schema"], one: "the table of", many: "the tables of" },
  { kinds: ["repository"], one: "the queries of", many: "the queries of" },
  { kinds: ["migration"], one: "the migrations in", many: "the migrations in" },
  { kinds: ["command-handler", "domain-service", "branch"], one: "the rules in", many: "the rules in" },
  { kinds: ["service-client"], one: "the client", many: "the clients" },
];

function messageOf({ name }: SharedLibrary, shared: readonly BusinessPart[], services: readonly string[]): string {
  const content = GROUPS.flatMap(({ kinds, one, many }) => {
    const names = [...new Set(shared.filter(({ kind }) => kinds.includes(kind)).map((part) => part.name))];
    return names.length === 0 ? [] : [`${names.length === 1 ? one : many} ${listOf(names.map(code), 4)}`];
  });
  return `${listOf(services.map(code))} import ${code(name)}, which holds ${listOf(content)}. ${hurtOf(shared)}, so that what looks like several services is one program in several processes.`;
}

function hurtOf(shared: readonly BusinessPart[]): string {
  if (shared.some(({ kind }) => TABLES.includes(kind)))
    return "A column that changes for one of them changes for all: they have to be rebuilt, migrated and released together";
  if (shared.every(({ kind }) => kind === "service-client"))
    return "When the called service changes what it offers, all of them have to take a new version, whichever operation they use";
  return "A rule that changes for one of them changes for all, and until each has taken the new version they disagree about the same case";
}

function remedyOf({ name }: SharedLibrary, shared: readonly BusinessPart[]): string {
  const tables = shared.some(({ kind }) => TABLES.includes(kind));
  const rules = shared.some(({ kind }) => kind === "command-handler" || kind === "domain-service" || kind === "branch");
  const clients = shared.filter(({ kind }) => kind === "service-client");
  const [first] = clients;
  const steps = [
    ...(tables
      ? [
          "Move each table and its queries into the service that owns it; the others ask its API or keep a read model that its events bring up to date.",
        ]
      : []),
    ...(rules && !tables
      ? [
          "Move each rule into the service that decides by it, and let the others ask for its answer: a field in its API or an event that says what was decided.",
        ]
      : []),
    ...(first !== undefined && !tables && !rules
      ? [
          `Give each caller a small client of its own for what it needs of ${code(first.name)}, or generate one from the called service's contract.`,
        ]
      : []),
  ];
  return `${steps.join(" ")} Keep in ${code(name)} what has no opinion about the business: contracts, logging, configuration and transport.`;
}

/** What is shared, and by whom. */
function evidenceOf(shared: readonly BusinessPart[]): readonly Evidence[] {
  const parts = shared.map(({ evidence }) => evidence);
  const imports = new Map(
    shared.flatMap(({ importers }) =>
      importers.map(({ service, evidence }) => [`${service} ${evidence.path}:${evidence.startLine}`, evidence] as const),
    ),
  );
  return distinct([...parts, ...imports.values()]);
}

function distinct(all: readonly Evidence[]): readonly Evidence[] {
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}
