import { canonicalPath } from "../libraries/patterns.js";
import { directoryOf } from "../paths.js";
import { addressesOf, type Address } from "./address.js";
import type { CallSites, DirectSite } from "./direct.js";
import type { Linking } from "./linking.js";
import { valuesAt, type LibraryCall } from "./values.js";

/** Where the paths of a call begin, by what is set for every instance: `HttpModule.register({ baseURL })`. */
export type RegisteredBases = (service: string, call: LibraryCall) => readonly Address[];

interface Registration {
  readonly service: string | null;
  readonly directory: string;
  readonly library: string;
  /** The path of the instances that get it. */
  readonly of: string;
  readonly bases: readonly Address[];
}

const BASES = ["baseURL"];

/**
 * Which registration a class gets is the container's business: the one beside it, else the only one of the service. Where
 * there are several nothing is said.
 */
export function registeredBases(linking: Linking, sites: CallSites, direct: readonly DirectSite[]): RegisteredBases {
  const registrations = direct.flatMap((site) => registrationAt(site, linking, sites) ?? []);
  return (service, { path, place }) => {
    const fitting = registrations.filter(
      (one) => one.service === service && one.library === path.module && canonicalPath(path.path).startsWith(one.of),
    );
    const beside = fitting.filter(({ directory }) => directory === directoryOf(place.path));
    const [only, ...others] = beside.length > 0 ? beside : fitting;
    return only === undefined || others.length > 0 ? [] : only.bases;
  };
}

function registrationAt(site: DirectSite, { program }: Linking, sites: CallSites): Registration | null {
  const { knowledge } = site.known;
  if (knowledge.kind !== "defaults") return null;
  const call = sites.libraryCall(site.at, site.path, site.known, sites.scope(site.at));
  const [options] = valuesAt(knowledge.options, call);
  const bases = options?.kind === "object" ? BASES.flatMap((name) => addressesOf(program.member(options, name), program)) : [];
  return {
    service: site.at.file.service,
    directory: directoryOf(site.at.file.path),
    library: site.path.module,
    of: knowledge.of,
    bases: bases.filter(({ parts }) => parts.some(({ kind }) => kind !== "hole")),
  };
}
