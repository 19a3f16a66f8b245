import type { FunctionSummary, TypeMember, TypeRef } from "../../facts/source.js";
import type { Program, SourceFile } from "../code/denotation.js";
import type { DeclaredMessage } from "../contracts/declared.js";
import { eventKey } from "../contracts/naming.js";
import type { Evidence } from "../evidence.js";
import { grouped } from "../fact-table.js";
import type { Lines } from "../../facts/place.js";
import { packageOf } from "../libraries/package-name.js";
import type { StoredEvent, StoredVersion } from "../stored-events.js";
import type { CallSites } from "./direct.js";
import type { Linking } from "./linking.js";
import { calleeName, placeOf, type SiteIndex } from "./sites.js";
import { upcastersOf, type DeclaredVersion, type Upcaster } from "./upcasters.js";
import type { Use } from "./use.js";
import { literalOf } from "./values.js";

const STORES =
  /^(@eventstore\/db-client|@kurrent\/kurrentdb-client|@event-driven-io\/|@castore\/|@ocoda\/event-sourcing|@rotorsoft\/act|eventstore|node-eventstore-client|geteventstore-promise)/;
/** What own event stores call it when they read events back. */
const READING = [
  "readStream",
  "aggregateStream",
  "readEvents",
  "loadEvents",
  "loadStream",
  "loadFromHistory",
  "rehydrate",
  "replay",
  "replayEvents",
  "getEventsForAggregate",
];
const VERSION_FIELD = /^(version|schemaVersion|schema_version|eventVersion|event_version)$/;

/** Events that are stored in several versions, by service and name. */
export function storedEvents(linking: Linking, sites: CallSites, index: SiteIndex, use: Use): readonly StoredEvent[] {
  const { program } = linking;
  const inCode = program.files.flatMap((file) => declaredIn(file));
  const declared = [...inCode, ...declaredInContracts(linking.messages, inCode)];
  const several = new Set(
    [...grouped(declared, ({ name }) => name)]
      .filter(([, all]) => new Set(all.map(({ version }) => version)).size > 1)
      .map(([name]) => name),
  );
  if (several.size === 0) return [];
  const upcasters = upcastersOf(program, index, use, declared);
  const services = [...new Set(program.files.flatMap(({ service }) => service ?? []))].sort();
  return services.flatMap((service) => {
    const store = storeOf(service, program, index, use);
    if (store === null) return [];
    const readers = readersOf(service, program, sites, use);
    return [...several].sort().flatMap((name): StoredEvent[] => {
      const own = declared.filter((one) => one.name === name && (one.service === service || one.service === null));
      const versions = versionsOf(
        own,
        readers,
        upcasters.filter(({ file }) => file.service === service || file.service === null),
      );
      return versions.length < 2 || versions.at(-1)!.handled.length === 0 ? [] : [{ name, service, versions, ...store }];
    });
  });
}

function storeOf(service: string, program: Program, index: SiteIndex, use: Use): Pick<StoredEvent, "store" | "confidence"> | null {
  for (const file of program.filesOf(service)) {
    const found = file.fact.imports.find(({ module, typeOnly }) => !typeOnly && STORES.test(packageOf(module)));
    if (found !== undefined)
      return {
        store: { path: file.path, startLine: found.line, endLine: found.line, kind: "code", note: `${found.module} keeps events` },
        confidence: "high",
      };
  }
  for (const name of READING) {
    const site = index.named(name).find((at) => at.file.service === service && calleeName(at.site.callee) === name && use.of(at));
    if (site !== undefined) return { store: { ...placeOf(site), kind: "code", note: "reads stored events" }, confidence: "medium" };
  }
  return null;
}

/** A function that tells events apart by their type, with the types that it knows. */
interface Reader {
  readonly literals: ReadonlyMap<string, number>;
  readonly asksVersion: boolean;
  readonly file: SourceFile;
  readonly summary: FunctionSummary;
}

function readersOf(service: string, program: Program, sites: CallSites, use: Use): readonly Reader[] {
  return program.filesOf(service).flatMap((file) =>
    file.fact.functions.flatMap((summary): Reader[] => {
      if (summary.comparisons.length === 0 || !use.of({ file, summary })) return [];
      const literals = new Map<string, number>();
      for (const { constant, line } of summary.comparisons) {
        const text = constant.kind === "text" ? constant.value : literalOf(program.denote(constant, sites.scope({ file, summary })));
        if (text !== null && !literals.has(text)) literals.set(text, line);
      }
      return [
        {
          literals,
          asksVersion: summary.comparisons.some(
            ({ subject }) =>
              (subject.kind === "member" && VERSION_FIELD.test(subject.property)) ||
              (subject.kind === "name" && VERSION_FIELD.test(subject.name)),
          ),
          file,
          summary,
        },
      ];
    }),
  );
}

function versionsOf(
  declared: readonly DeclaredVersion[],
  readers: readonly Reader[],
  upcasters: readonly Upcaster[],
): readonly StoredVersion[] {
  const byVersion = [...grouped(declared, ({ version }) => version)].sort(([one], [other]) => one - other);
  const newest = byVersion.at(-1)?.[1][0];
  if (newest === undefined) return [];
  const isUpcaster = (reader: Reader): boolean => upcasters.some(({ file, summary }) => file === reader.file && summary === reader.summary);
  const folding = readers.filter((reader) => reader.literals.has(newest.literal) && !isUpcaster(reader));
  const others = readers.filter((reader) => !folding.includes(reader) && !isUpcaster(reader));
  return byVersion.map(([version, all]): StoredVersion => {
    const knows = ({ literals, asksVersion }: Reader): boolean =>
      all.some(({ literal }) => (literal === newest.literal ? version === newest.version || asksVersion : literals.has(literal)));
    const note = (reader: Reader, said: string): Evidence => ({
      path: reader.file.path,
      startLine: reader.literals.get(newest.literal)!,
      endLine: reader.literals.get(newest.literal)!,
      kind: "code",
      note: said,
    });
    return {
      version,
      declared: distinct(all.map((one) => one.declared)),
      inCode: all.some((one) => one.inCode),
      handled: folding.filter(knows).map((reader) => note(reader, `${reader.summary.name} handles version ${version}`)),
      upcast: upcasters.filter((upcaster) => upcaster.covers(all[0]!)).map(({ evidence }) => evidence),
      missed: folding
        .filter((reader) => !knows(reader))
        .map((reader) => note(reader, `${reader.summary.name} handles version ${newest.version} only`)),
      knownElsewhere: others.some(({ literals }) => all.some(({ literal }) => literals.has(literal))),
    };
  });
}

/** `interface OrderPlacedV1 { type: "OrderPlaced"; version: 1 }`, `type OrderPlaced = Event<"OrderPlaced.v2", …>`, and classes with such fields. */
function declaredIn(file: SourceFile): readonly DeclaredVersion[] {
  const types = file.fact.types.flatMap(({ name, kind, members, type, lines }) => {
    if (kind === "enum") return [];
    const literal =
      literalIn(members, "type") ??
      (type === null || !type.name.endsWith("Event") ? null : textOf(type.args[0] ?? null)) ??
      literalIn(type?.members ?? [], "type");
    const stated = literalIn([...members, ...(type?.members ?? [])], "version");
    return literal === null ? [] : [versioned(file, name, literal, stated, lines)];
  });
  const classes = file.fact.classes.flatMap(({ name, fields, lines }) => {
    const value = (field: string): string | null => {
      const found = fields.find((each) =>
        field === "type" ? each.name === "type" || each.name === "eventType" : VERSION_FIELD.test(each.name),
      );
      return found?.value?.kind === "text" ? found.value.value : found?.value?.kind === "number" ? String(found.value.value) : null;
    };
    const literal = value("type");
    return literal === null ? [] : [versioned(file, name, literal, value("version"), lines)];
  });
  return [...types, ...classes].filter((one) => one !== null);
}

function versioned(file: SourceFile, typeName: string, literal: string, stated: string | null, lines: Lines): DeclaredVersion | null {
  const suffix = /^(.*?)[._:-]?[vV](\d+)$/.exec(literal);
  const name = suffix?.[1] ?? literal;
  const number = Number(suffix?.[2] ?? stated ?? /V(\d+)$/.exec(typeName)?.[1] ?? 1);
  if (name === "" || !Number.isInteger(number)) return null;
  return {
    name,
    version: number,
    literal,
    typeName,
    service: file.service,
    inCode: true,
    declared: { path: file.path, ...lines, kind: "code", note: `${typeName} declares version ${number}` },
  };
}

/** Versions that contract files have of events that code declares: what was stored by them has to be read too. */
function declaredInContracts(messages: readonly DeclaredMessage[], inCode: readonly DeclaredVersion[]): readonly DeclaredVersion[] {
  const newest = new Map(inCode.toSorted((one, other) => one.version - other.version).map((one) => [eventKey(one.name), one] as const));
  return messages.flatMap(({ keys, service, contract }) => {
    const known = keys.flatMap((key) => newest.get(key) ?? [])[0];
    const version = Number(contract.version ?? NaN);
    if (known === undefined || !Number.isInteger(version) || version >= known.version) return [];
    // Code may know it by the bare name or by one with the version, as it knows the newest.
    const literals = new Set([known.name, known.literal.replace(/\d+$/, String(version))]);
    return [...literals].map((literal) => ({
      name: known.name,
      version,
      literal,
      typeName: known.typeName,
      service: service ?? known.service,
      inCode: false,
      declared: contract.declared,
    }));
  });
}

function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  return [...new Map(evidence.map((one) => [JSON.stringify(one), one] as const)).values()];
}

function literalIn(members: readonly TypeMember[], name: "type" | "version"): string | null {
  const found = members.find((member) => (name === "type" ? /^(type|eventType)$/.test(member.name) : VERSION_FIELD.test(member.name)));
  return textOf(found?.type ?? null);
}

function textOf(type: TypeRef | null): string | null {
  if (type?.literal === null || type?.literal === undefined) return null;
  return type.literal.replace(/^"(.*)"$/, "$1");
}
