import type { CallTarget } from "../code.js";
import type { Denotation } from "../code/denotation.js";
import type { ServiceDirectory } from "../services.js";
import { NOTHING, type Evaluated } from "./evaluated.js";
import type { ReachedOne } from "./reaching.js";
import { literalOf, type LibraryCall } from "./values.js";

/** The publish that a request to Dapr's sidecar stands for. */
export function sidecarPublish({ path }: ReachedOne): Evaluated | null {
  const channel = /^\/v1\.0\/publish\/[^/]+\/(.*)$/.exec(path ?? "")?.[1];
  return channel === undefined ? null : { ...NOTHING, kind: "publish", channel, transport: "dapr", operation: channel, mutating: true };
}

/** Whom the sidecar passes a request on to, and which of its paths: the verb stays as it is. */
export function invokedApplication(reached: ReachedOne, services: ServiceDirectory): ReachedOne | null {
  const [, name, path] = /^\/v1\.0\/invoke\/([^/]+)\/(?:method\/)?(.*)$/.exec(reached.path ?? "") ?? [];
  if (name === undefined) return null;
  const service = services.named(name) ?? services.meantBy(name);
  const to: CallTarget = service === null ? { kind: "unresolved", text: name } : { kind: "service", service };
  return { ...reached, to, path: `/${path}`, confidence: "high", fanOut: false };
}

const APPLICATION = "dapr-app-id";

/** The application that a header names for Dapr's sidecar: of the request, or of the client that sends it. */
export function applicationOf(call: LibraryCall): string | null {
  const { program, args, scope, place, path } = call;
  for (const given of [{ args, scope, place }, ...path.calls]) {
    for (const arg of given.args) {
      if (arg.kind === "text" || arg.kind === "template") continue;
      const headers = memberOf(program.denote(arg, given.scope, given.place), "headers", call);
      const name = headers === null ? null : memberOf(headers, APPLICATION, call);
      if (name !== null) return literalOf(name);
    }
  }
  return null;
}

function memberOf(value: Denotation, name: string, { program }: LibraryCall): Denotation | null {
  return value.kind === "object" && value.entries.has(name) ? program.member(value, name) : null;
}
