import { onSide, type Changes } from "../compare/changes.js";
import type { ServiceCall } from "../model/code.js";
import type { Channel, SystemModel } from "../model/model.js";
import type { SystemSummary } from "./report.js";

/** The system as it is shown: names, who uses what, and where that is written. Sorted. */
export function summarize(model: SystemModel, side: "base" | "head", changes: Changes): SystemSummary {
  return {
    services: sorted(model.services.map(({ name, paths }) => ({ name, paths })), ({ name }) => name),
    databases: sorted(
      model.databases.map(({ id, engine, name, uses }) => ({ id, engine, name, services: names(uses.map((use) => use.service)) })),
      ({ id }) => id,
    ),
    calls: callsOf(model.code.calls, side, changes),
    channels: sorted([...byName(model.channels)].map(([name, uses]) => ({ name, publishers: names(uses.publishers), consumers: names(uses.consumers) })), ({ name }) => name),
  };
}

function callsOf(calls: readonly ServiceCall[], side: "base" | "head", changes: Changes): SystemSummary["calls"] {
  const merged = new Map<string, { readonly from: string; readonly to: string; readonly kind: string; readonly operation: string; readonly sites: ServiceCall[] }>();
  for (const call of calls) {
    if (call.to.kind !== "service") continue;
    const key = JSON.stringify([call.from, call.to.service, call.kind, call.operation]);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { from: call.from, to: call.to.service, kind: call.kind, operation: call.operation, sites: [call] });
    else known.sites.push(call);
  }
  return sorted([...merged], ([key]) => key).map(([, { sites, ...call }]) => ({ ...call, evidence: sites.flatMap((site) => evidenceOf(site, side, changes)) }));
}

function evidenceOf(call: ServiceCall, side: "base" | "head", changes: Changes): SystemSummary["calls"][number]["evidence"] {
  const own = { ...call.place, kind: "code" as const, note: `calls ${call.operation}` };
  const trail = call.evidence.filter((one) => one.path !== own.path || one.startLine !== own.startLine);
  return [own, ...trail].map((evidence) => onSide(evidence, side, changes));
}

/** One name on two transports is shown once. */
function byName(channels: readonly Channel[]): ReadonlyMap<string, { publishers: string[]; consumers: string[] }> {
  const merged = new Map<string, { publishers: string[]; consumers: string[] }>();
  for (const channel of channels) {
    const known = merged.get(channel.name) ?? { publishers: [], consumers: [] };
    known.publishers.push(...channel.publishers.map((use) => use.service));
    known.consumers.push(...channel.consumers.map((use) => use.service));
    merged.set(channel.name, known);
  }
  return merged;
}

function names(all: readonly string[]): readonly string[] {
  return [...new Set(all)].sort();
}

function sorted<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
