import { onSide, type Changes } from "../compare/changes.js";
import type { ServiceCall } from "../model/code.js";
import type { Evidence } from "../model/evidence.js";
import type { Channel, ChannelUse, SystemModel } from "../model/model.js";
import type { ShownUse, SystemSummary } from "./report.js";

/** The system as it is shown: names, who uses what, and where that is written. Sorted. */
export function summarize(model: SystemModel, side: "base" | "head", changes: Changes): SystemSummary {
  const shown = (uses: readonly Use[]): readonly ShownUse[] => usesOf(uses, side, changes);
  return {
    services: sorted(
      model.services.map(({ name, paths }) => ({ name, paths })),
      ({ name }) => name,
    ),
    databases: sorted(
      model.databases
        .filter(({ role }) => role !== "bus")
        .map(({ id, engine, name, uses }) => ({ id, engine, name, services: names(uses), uses: shown(uses) })),
      ({ id }) => id,
    ),
    calls: callsOf(model.code.calls, side, changes),
    channels: sorted(
      [...byName(model.channels)].map(([name, { publishers, consumers }]) => ({
        name,
        publishers: names(publishers),
        consumers: names(consumers),
        publications: shown(publishers),
        consumptions: shown(consumers),
      })),
      ({ name }) => name,
    ),
  };
}

function callsOf(calls: readonly ServiceCall[], side: "base" | "head", changes: Changes): SystemSummary["calls"] {
  const merged = new Map<
    string,
    { readonly from: string; readonly to: string; readonly kind: string; readonly operation: string; readonly sites: ServiceCall[] }
  >();
  for (const call of calls) {
    if (call.to.kind !== "service") continue;
    const key = JSON.stringify([call.from, call.to.service, call.kind, call.operation]);
    const known = merged.get(key);
    if (known === undefined)
      merged.set(key, { from: call.from, to: call.to.service, kind: call.kind, operation: call.operation, sites: [call] });
    else known.sites.push(call);
  }
  return sorted([...merged], ([key]) => key).map(([, { sites, ...call }]) => ({
    ...call,
    evidence: sites.flatMap((site) => evidenceOf(site, side, changes)),
  }));
}

function evidenceOf(call: ServiceCall, side: "base" | "head", changes: Changes): SystemSummary["calls"][number]["evidence"] {
  const own = { ...call.place, kind: "code" as const, note: `calls ${call.operation}` };
  const trail = call.evidence.filter((one) => one.path !== own.path || one.startLine !== own.startLine);
  return [own, ...trail].map((evidence) => onSide(evidence, side, changes));
}

interface Use {
  readonly service: string;
  readonly evidence: readonly Evidence[];
}

/** Places of one use that are kept: a service may touch its database in hundreds. */
const MOST_PLACES = 20;

/** Each service once, with the places of all its uses. */
function usesOf(uses: readonly Use[], side: "base" | "head", changes: Changes): readonly ShownUse[] {
  return names(uses).map((service) => {
    const places = onePlaceEach(uses.flatMap((use) => (use.service === service ? use.evidence : []))).slice(0, MOST_PLACES);
    return { service, evidence: places.map((one) => onSide(one, side, changes)) };
  });
}

function onePlaceEach(evidence: readonly Evidence[]): readonly Evidence[] {
  return evidence.filter(
    (one, index) => evidence.findIndex((other) => other.path === one.path && other.startLine === one.startLine) === index,
  );
}

/** One name on two transports is shown once. */
function byName(channels: readonly Channel[]): ReadonlyMap<string, { publishers: ChannelUse[]; consumers: ChannelUse[] }> {
  const merged = new Map<string, { publishers: ChannelUse[]; consumers: ChannelUse[] }>();
  for (const channel of channels) {
    const known = merged.get(channel.name) ?? { publishers: [], consumers: [] };
    known.publishers.push(...channel.publishers);
    known.consumers.push(...channel.consumers);
    merged.set(channel.name, known);
  }
  return merged;
}

function names(uses: readonly Use[]): readonly string[] {
  return [...new Set(uses.map(({ service }) => service))].sort();
}

function sorted<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
