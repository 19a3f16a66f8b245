import type { Lines } from "./place.js";

/**
 * The shape of a value as a contract file declares it. References stand as they are written, each with the names that
 * it may mean, the nearest first: what they lead to may be in another file.
 */
export type ContractType =
  | { readonly kind: "plain"; readonly name: string }
  /** One of a closed list, as literals (`"paid"`, `3`). `hasDefault`: readers take a given value for one that they do not know. */
  | { readonly kind: "values"; readonly values: readonly string[]; readonly hasDefault: boolean }
  | { readonly kind: "record"; readonly fields: readonly ContractField[]; readonly reserved: readonly ReservedNumbers[] }
  | { readonly kind: "list" | "map"; readonly of: ContractType }
  /** `all`: everything that one of the parts says holds. */
  | { readonly kind: "union" | "all"; readonly of: readonly ContractType[] }
  | { readonly kind: "reference"; readonly to: readonly string[] }
  | { readonly kind: "null" }
  | { readonly kind: "unknown" };

export interface ContractField {
  readonly name: string;
  readonly type: ContractType;
  /** Messages may come without it. */
  readonly optional: boolean;
  /** Where a list of required fields names it; `null` where there is no such list, or it is not in it. */
  readonly required: Lines | null;
  /** Protobuf: what stands for the field on the way. */
  readonly number: number | null;
  /** Avro: names under which readers find it in older messages. */
  readonly aliases: readonly string[];
  /** Avro: what readers take where a message does not have it. */
  readonly hasDefault: boolean;
  readonly lines: Lines;
}

/** Numbers that a Protobuf message may not use again, both ends included. */
export interface ReservedNumbers {
  readonly from: number;
  readonly to: number;
}

/** A type that has a name, or a place in its file by which other files refer to it. */
export interface ContractDefinition {
  /** A full name (Avro, Protobuf), or a JSON pointer from `#` on. */
  readonly name: string;
  /** What a schema calls itself beside that: its title, its `$id`. */
  readonly titles: readonly string[];
  readonly aliases: readonly string[];
  readonly type: ContractType;
  /** It is the file's own subject, and no part of another definition. */
  readonly top: boolean;
  readonly lines: Lines;
}

/** A message of AsyncAPI. */
export interface ContractMessage {
  /** JSON pointer from `#` on. */
  readonly pointer: string;
  /** Another message that stands for it. */
  readonly reference: string | null;
  readonly name: string;
  readonly payload: ContractType;
  readonly headers: ContractType;
  readonly lines: Lines;
}

/** A channel of AsyncAPI. */
export interface ContractChannel {
  /** Topic, queue or subject; `null` where only the running system knows it. */
  readonly address: string | null;
  /** By references to messages; whether the application of the file sends them or takes them. */
  readonly messages: readonly { readonly to: string; readonly sends: boolean; readonly receives: boolean }[];
  readonly lines: Lines;
}

export type ContractFormat = "asyncapi" | "avro" | "json-schema" | "protobuf";

/** A file that says what messages look like. */
export interface ContractFact {
  readonly kind: "contract";
  readonly lines: Lines;
  readonly format: ContractFormat;
  /** The application that an AsyncAPI file describes, as it calls it. */
  readonly application: string | null;
  readonly definitions: readonly ContractDefinition[];
  readonly messages: readonly ContractMessage[];
  readonly channels: readonly ContractChannel[];
  /** Types that remote procedures take and return, or that annotate a file, by all names that may be meant: they are no events. */
  readonly exchanged: readonly string[];
}
