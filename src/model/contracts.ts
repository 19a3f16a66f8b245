import type { ContractFormat } from "../facts/contract.js";
import type { EventField } from "./event-field.js";
import type { Confidence, Evidence } from "./evidence.js";

/** What a contract file says of one version of an event. */
export interface EventContract {
  readonly format: ContractFormat;
  /** As the format names it, with its namespace or package, without a version: the same in base and head. */
  readonly name: string;
  /** `null` where nothing says a version: neither a name, a namespace, a topic nor a field. */
  readonly version: string | null;
  /** Topics that the contract itself names. */
  readonly channels: readonly string[];
  readonly fields: readonly ContractShapeField[];
  readonly reserved: readonly { readonly within: string; readonly from: number; readonly to: number }[];
  /** Names that readers take for its name (Avro). */
  readonly aliases: readonly string[];
  readonly declared: Evidence;
  /** That it is an event, and no part of one or anything else. */
  readonly confidence: Confidence;
}

export interface ContractShapeField extends EventField {
  /** By what a reader finds the field in a message: its path, in Protobuf the numbers on the way to it. */
  readonly key: string;
  readonly aliases: readonly string[];
  /** Avro: what readers take where a message does not have it. */
  readonly hasDefault: boolean;
  /** Avro: the value that readers take for one of an enum that they do not know. */
  readonly hasDefaultValue: boolean;
  /** The line of a list of required fields that names it. */
  readonly required: Evidence | null;
}
