import type { Evidence } from "./evidence.js";
import type { ImageRole } from "./images.js";
import type { Service } from "./model.js";

/** What answers at a host name or port, as far as the repository tells. */
export type Host =
  | { readonly kind: "service"; readonly service: string; readonly evidence: readonly Evidence[] }
  /** A container of someone else's image, or a cluster object in front of one: postgres, kafka, kong. */
  | {
      readonly kind: "infrastructure";
      /** Unique: `compose:deploy#postgres`, `kubernetes:shop/postgres`. */
      readonly id: string;
      readonly name: string;
      readonly role: ImageRole;
      /** Of a store: `postgres`, `mongodb`, …. */
      readonly engine: string | null;
      readonly image: string | null;
      readonly evidence: readonly Evidence[];
    }
  /** A public domain. */
  | { readonly kind: "external"; readonly host: string }
  | { readonly kind: "unknown"; readonly host: string };

/** The services of the system and every way in which files speak of them. All look-ups are constant time. */
export interface ServiceDirectory {
  /** Sorted by name. */
  readonly services: readonly Service[];
  /** The service whose code a file is; `null` for libraries and files of the whole repository. */
  serviceOf(path: string): string | null;
  /** The service called by exactly this name, in any of its spellings (`orders-svc`, `ORDERS`, `shop-orders`). */
  named(name: string): string | null;
  /**
   * What answers at a host: a compose service, container name, alias, Kubernetes Service (`orders.shop.svc.cluster.local`),
   * `host.docker.internal` or `localhost` with a port. `from` is the calling service: of several compose files its own
   * come first.
   */
  at(host: string, port: number | null, from: string | null): Host;
  /** The service that a variable's name speaks of (`ORDERS_SERVICE_URL`): weak evidence, for want of a value. */
  meantBy(variable: string): string | null;
}
