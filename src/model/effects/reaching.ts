import type { CallKnowledge } from "../libraries/library.js";
import { addressesOf, isAbsolute, joinParts, reach, readable, type Address, type Reached } from "./address.js";
import type { Linking } from "./linking.js";
import type { RegisteredBases } from "./registered-bases.js";
import { valuesAt, type LibraryCall } from "./values.js";

/** One of the ways that an address may go. */
export type ReachedOne = Reached & { readonly fanOut: boolean };

/** Finds whom the address of a call reaches. */
export class Reaching {
  readonly #linking: Linking;
  readonly #registered: RegisteredBases;

  constructor(linking: Linking, registered: RegisteredBases) {
    this.#linking = linking;
    this.#registered = registered;
  }

  /** One for each service that the address may lead to, else the best that it leads to. */
  all(knowledge: CallKnowledge, call: LibraryCall, service: string | null): readonly ReachedOne[] {
    const addresses = this.#addresses(knowledge, call, service);
    const [first] = addresses;
    if (first === undefined || service === null) {
      const text = first === undefined ? "" : readable(first.parts);
      return [{ to: { kind: "unresolved", text }, path: null, confidence: "low", evidence: [], complete: false, fanOut: false }];
    }
    const all = withoutLastResort(addresses).map((address) => reach(address, service, this.#linking));
    const byService = new Map(all.flatMap((each) => (each.to.kind === "service" ? [[each.to.service, each] as const] : [])));
    const fanOut = byService.size > 1;
    if (byService.size > 0) return [...byService.values()].map((each) => ({ ...each, fanOut }));
    return [{ ...(all.find(({ to }) => to.kind === "external") ?? all[0]!), fanOut }];
  }

  #addresses(knowledge: CallKnowledge, call: LibraryCall, service: string | null): readonly Address[] {
    const { program } = this.#linking;
    const urls = valuesAt(knowledge.url, call).flatMap((value) => addressesOf(value, program));
    const given = valuesAt(knowledge.base, call).flatMap((value) => addressesOf(value, program));
    const bases = given.length > 0 || service === null ? given : this.#registered(service, call);
    if (urls.length === 0) return bases;
    if (bases.length === 0) return urls;
    return urls.flatMap((url) =>
      isAbsolute(url.parts)
        ? [url]
        : bases.map((base) => ({ parts: joinParts(base.parts, url.parts), trail: [...base.trail, ...url.trail] })),
    );
  }
}

/** `URLS[name] || "http://localhost:3000"`: what a table of addresses falls back to is written for nobody. */
function withoutLastResort(addresses: readonly Address[]): readonly Address[] {
  const isSet = ({ parts }: Address): boolean => parts.some(({ kind }) => kind === "environment");
  const isLocal = ({ parts: [first] }: Address): boolean =>
    first?.kind === "literal" && /^https?:\/\/(?:localhost|127\.0\.0\.1)\b/.test(first.text);
  return addresses.filter(isSet).length < 2 ? addresses : addresses.filter((one) => isSet(one) || !isLocal(one));
}
