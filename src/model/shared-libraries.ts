import type { Evidence } from "./evidence.js";

/** Code of the repository that is no service of its own and that services import. */
export interface SharedLibrary {
  /** As its manifest says, else its directory. Unique. */
  readonly name: string;
  readonly directory: string;
  /** One per service that imports anything of it itself, in order of service. */
  readonly importers: readonly LibraryImporter[];
  /** What in it is about the business, the strongest first. */
  readonly parts: readonly BusinessPart[];
}

export interface LibraryImporter {
  readonly service: string;
  /** The import. */
  readonly evidence: Evidence;
}

export interface BusinessPart {
  readonly kind: "entity" | "schema" | "repository" | "migration" | "command-handler" | "domain-service" | "service-client" | "branch";
  /** Of the class, model or function; what a client asks; the directory of migrations. */
  readonly name: string;
  /** Who imports this part, directly or through other files of libraries. */
  readonly importers: readonly LibraryImporter[];
  readonly evidence: Evidence;
}
