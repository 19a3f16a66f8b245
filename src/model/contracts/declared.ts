import type { ContractDefinition, ContractType } from "../../facts/contract.js";
import type { ContractShapeField, EventContract } from "../contracts.js";
import type { Confidence, Evidence } from "../evidence.js";
import type { FactTable } from "../fact-table.js";
import { byText, directoryOf, lastSegment } from "../paths.js";
import type { ServiceDirectory } from "../services.js";
import { versionField } from "../version-field.js";
import { contractShape } from "./fields.js";
import { eventKey, namedVersion, simpleName, soundsLikeEvent, withoutVersion } from "./naming.js";
import { ContractFiles, type ContractFile, type FoundDefinition, type FoundMessage } from "./references.js";

/** A message of a contract file, before it is known which event of the system it is. */
export interface DeclaredMessage {
  /** What it is called, without namespace and version. */
  readonly name: string;
  /** What it may be called elsewhere, by `eventKey`. */
  readonly keys: readonly string[];
  readonly contract: EventContract;
  /** The file says, or its name and place do, that it is an event. Of others only a match with the system's code shows it. */
  readonly isEvent: boolean;
  /** The service in whose directory it is, or whose application the file describes. */
  readonly service: string | null;
  /** Known where the contract says it: which way messages go. */
  readonly sends: boolean;
  readonly receives: boolean;
}

/** All messages that contract files declare, each once per file, in order of path and name. */
export function declaredMessages(table: FactTable, directory: ServiceDirectory): readonly DeclaredMessage[] {
  const files = new ContractFiles(table);
  if (files.all.length === 0) return [];
  const context: Context = { files, directory, parts: partsOf(files), carried: carriedMessages(files) };
  const found = files.all.flatMap((file) =>
    file.fact.format === "asyncapi" ? asyncMessages(file, context) : definedMessages(file, context),
  );
  return found.toSorted(
    (one, other) => byText(one.contract.declared.path, other.contract.declared.path) || byText(one.contract.name, other.contract.name),
  );
}

interface Context {
  readonly files: ContractFiles;
  readonly directory: ServiceDirectory;
  readonly parts: Parts;
  /** Messages that some channel carries, wherever their own file is. */
  readonly carried: ReadonlySet<string>;
}

function carriedMessages(files: ContractFiles): ReadonlySet<string> {
  const carried = files.all.flatMap((file) =>
    file.fact.channels.flatMap(({ messages }) => messages.flatMap(({ to }) => files.message(to, file) ?? [])),
  );
  return new Set(carried.map(keyOfMessage));
}

function keyOfMessage({ file, message }: FoundMessage): string {
  return `${file.path} ${message.pointer}`;
}

/** What is used inside something else. */
interface Parts {
  /** Payloads of AsyncAPI's messages: they are known by these. */
  readonly payloads: ReadonlySet<string>;
  /** Types of fields. */
  readonly nested: ReadonlySet<string>;
  /** Types of remote procedures, by full name. */
  readonly exchanged: ReadonlySet<string>;
}

function idOf({ file, definition }: FoundDefinition): string {
  return `${file.path} ${definition.name}`;
}

function partsOf(files: ContractFiles): Parts {
  const payloads = new Set<string>();
  const nested = new Set<string>();
  const exchanged = new Set<string>();
  for (const file of files.all) {
    const add = (type: ContractType, into: Set<string>, own: string): void =>
      eachReference(type, (reference) => {
        const found = files.definition(reference, file);
        // A tree that holds trees is no part of anything else.
        if (found !== null && idOf(found) !== own) into.add(idOf(found));
      });
    for (const { payload } of file.fact.messages) add(payload, payloads, "");
    for (const definition of file.fact.definitions) add(definition.type, nested, idOf({ file, definition }));
    for (const name of file.fact.exchanged) exchanged.add(name);
  }
  return { payloads, nested, exchanged };
}

function eachReference(type: ContractType, visit: (reference: ContractType & { kind: "reference" }) => void): void {
  if (type.kind === "reference") visit(type);
  else if (type.kind === "list" || type.kind === "map") eachReference(type.of, visit);
  else if (type.kind === "union" || type.kind === "all") type.of.forEach((part) => eachReference(part, visit));
  else if (type.kind === "record") type.fields.forEach((field) => eachReference(field.type, visit));
}

/** A message as channels of one file use it. */
interface Use {
  readonly found: FoundMessage;
  readonly name: string;
  readonly addresses: Set<string>;
  sends: boolean;
  receives: boolean;
}

function asyncMessages(file: ContractFile, context: Context): readonly DeclaredMessage[] {
  const { files, directory } = context;
  const service = directory.serviceOf(file.path) ?? (file.fact.application === null ? null : directory.named(file.fact.application));
  const alone = messageAlone(file, context);
  const uses = [...usesOf(file, files), ...(alone === null ? [] : [alone])];
  const counts = new Map<string, number>();
  for (const { name } of uses) counts.set(eventKey(name), (counts.get(eventKey(name)) ?? 0) + 1);
  return uses.map(({ found, name: own, addresses, sends, receives }) => {
    const { message } = found;
    const channels = [...addresses].sort(byText);
    // `heartbeat`, `message`: said of many things, so that only the channel tells which.
    const isCommon = counts.get(eventKey(own))! > 1 || !eventKey(own).includes("-");
    const name =
      isCommon && channels[0] !== undefined && channels[0] !== own
        ? `${withoutVersion(channels[0])} ${withoutVersion(simple(own))}`.trim()
        : withoutVersion(simple(own));
    const shape = contractShape(message.payload, found.file, files);
    const headers = contractShape(message.headers, found.file, files);
    const version = namedVersion([own, ...channels]) ?? statedVersion([...shape.fields, ...headers.fields]);
    const declared: Evidence = {
      path: found.file.path,
      startLine: message.lines.startLine,
      endLine: message.lines.startLine,
      kind: "contract",
      note: `declares ${own}`,
    };
    return {
      name,
      keys: [eventKey(name)],
      contract: { format: "asyncapi", name, version, channels, ...shape, aliases: [], declared, confidence: "high" },
      isEvent: true,
      service,
      sends,
      receives,
    };
  });
}

/** Teams keep a file for each message, and make the document with the channels from them elsewhere. */
function messageAlone(file: ContractFile, { carried, directory }: Context): Use | null {
  const [message] = file.fact.messages;
  if (message === undefined || message.pointer !== "#" || carried.has(keyOfMessage({ file, message }))) return null;
  const name = message.name === "" ? fileName(file.path) : message.name;
  const isEvent = soundsLikeEvent(name) || EVENT_PLACE.test(placeInService(file.path, directory));
  return isEvent ? { found: { file, message }, name, addresses: new Set(), sends: false, receives: false } : null;
}

function usesOf(file: ContractFile, files: ContractFiles): readonly Use[] {
  const uses = new Map<string, Use>();
  for (const channel of file.fact.channels) {
    for (const { to, sends, receives } of channel.messages) {
      const found = files.message(to, file);
      if (found === null) continue;
      const { message } = found;
      const name = message.name !== "" ? message.name : (nameOfPayload(message.payload, found.file, files) ?? channel.address ?? "");
      if (name === "") continue;
      const key = keyOfMessage(found);
      const use = uses.get(key) ?? { found, name, addresses: new Set(), sends: false, receives: false };
      uses.set(key, use);
      if (channel.address !== null && channel.address !== "") use.addresses.add(channel.address);
      use.sends ||= sends;
      use.receives ||= receives;
    }
  }
  return [...uses.values()];
}

/** By a field of the message or of its envelope, or by the type that it says it has. */
function statedVersion(fields: readonly ContractShapeField[]): string | null {
  const own = fields.filter(({ path }) => /^[\w-]+(?:\.[\w-]+)?$/.test(path));
  const types = own.filter(({ path }) => /(?:^|[._-])(?:type|event_?type)$/i.test(path));
  return versionField(own) ?? namedVersion(types.flatMap(({ type }) => (/^"[^"|]*"$/.test(type) ? [type.slice(1, -1)] : [])));
}

/** Names of messages are free text: `shop.orders.OrderPlaced` is one, `order.placed` another. */
function simple(name: string): string {
  return /\.[A-Z]\w*$/.test(name) ? simpleName(name) : name;
}

function nameOfPayload(payload: ContractType, file: ContractFile, files: ContractFiles): string | null {
  if (payload.kind !== "reference") return null;
  const found = files.definition(payload, file);
  return found === null ? null : nameOf(found.definition, found.file);
}

/** What a definition is called: its full name; a schema by its title, its address or its file. */
function nameOf({ name, titles }: ContractDefinition, { path, fact }: ContractFile): string {
  if (fact.format !== "json-schema" && !name.startsWith("#")) return name;
  if (name !== "#") return lastSegment(name);
  const [titled] = titles.filter((title) => /^[\w.:-]+$/.test(title));
  // An address may be no more than the name of a file.
  return titled === undefined || /\.(?:json|ya?ml)$/i.test(titled) ? fileName(titled ?? path) : titled;
}

function fileName(path: string): string {
  return lastSegment(path)
    .replace(/\.(?:json|ya?ml|avsc|avpr|avdl|proto)$/i, "")
    .replace(/[._-](?:schema|value|event)$/i, "");
}

function definedMessages(file: ContractFile, context: Context): readonly DeclaredMessage[] {
  return file.fact.definitions.flatMap((written) => {
    const definition = throughReference(written, file, context.files);
    if (!definition.top || !holdsFields(definition.type)) return [];
    const isPayload = context.parts.payloads.has(`${file.path} ${definition.name}`);
    const full = nameOf(definition, file);
    if (isPayload || isKey(file.path, full) || context.parts.exchanged.has(definition.name)) return [];
    const certainty = certaintyOf(definition, full, file, context);
    const shape = contractShape(definition.type, file, context.files, definition.name);
    if (shape.fields.length === 0) return [];
    const topic = /^(.+)-value\.(?:avsc|json)$/.exec(lastSegment(file.path))?.[1];
    const contract: EventContract = {
      format: file.fact.format,
      name: withoutVersion(full),
      version: namedVersion([simpleName(full), full, ...definition.titles, topic ?? "", file.path]) ?? statedVersion(shape.fields),
      channels: topic === undefined ? [] : [topic],
      ...shape,
      aliases: definition.aliases,
      declared: {
        path: file.path,
        startLine: definition.lines.startLine,
        endLine: definition.lines.startLine,
        kind: "contract",
        note: `declares ${simpleName(full)}`,
      },
      confidence: certainty ?? "high",
    };
    return [
      {
        name: withoutVersion(simple(full)),
        keys: keysOf(full, file, topic),
        contract,
        isEvent: certainty !== null,
        service: context.directory.serviceOf(file.path),
        sends: false,
        receives: false,
      },
    ];
  });
}

/** Generated schemas hold nothing but a reference to one of their own definitions, which has the name. */
function throughReference(definition: ContractDefinition, file: ContractFile, files: ContractFiles): ContractDefinition {
  if (definition.type.kind !== "reference") return definition;
  const found = files.definition(definition.type, file);
  if (found === null || found.file.path !== file.path) return definition;
  return { ...definition, titles: [...definition.titles, lastSegment(found.definition.name)], type: found.definition.type };
}

function holdsFields(type: ContractType): boolean {
  return type.kind === "record" || type.kind === "all";
}

/** Kafka's keys have schemas of their own. */
function isKey(path: string, name: string): boolean {
  return /[-_.]key\.\w+$/i.test(path) || /[a-z]Key$/.test(name);
}

function keysOf(name: string, { path, fact }: ContractFile, topic: string | undefined): readonly string[] {
  const more = fact.format === "json-schema" ? [fileName(path)] : [];
  return [...new Set([simple(name), ...more, ...(topic === undefined ? [] : [topic])].map(eventKey))];
}

const EVENT_PLACE = /(?:^|[/._-])(?:domain|integration)?[-_]?events?(?=[/._-]|$)/i;
const MESSAGE_PLACE = /(?:^|[/._-])(?:kafka|topics?|messages?|messaging|queues?)(?=[/._-]|$)/i;

/** How sure it is that a definition is an event, by what it is called and where it stands; `null` for nothing that says so. */
function certaintyOf(definition: ContractDefinition, name: string, file: ContractFile, { directory, parts }: Context): Confidence | null {
  const { format } = file.fact;
  if (soundsLikeEvent(simple(name))) return "high";
  if (parts.nested.has(`${file.path} ${definition.name}`)) return null;
  const place = placeInService(file.path, directory);
  if (EVENT_PLACE.test(place) || (format === "protobuf" && EVENT_PLACE.test(definition.name.slice(0, definition.name.lastIndexOf(".")))))
    return format === "protobuf" ? "medium" : "high";
  // Avro is hardly used for anything but messages and files of data.
  return format === "avro" ? (MESSAGE_PLACE.test(place) ? "high" : "medium") : null;
}

/** Without the directory of its service: a service that plans events is called after them. */
function placeInService(path: string, directory: ServiceDirectory): string {
  const service = directory.services.find(({ name }) => name === directory.serviceOf(path));
  const own = service?.paths.find((one) => one !== "" && path.startsWith(`${one}/`)) ?? "";
  const rest = own === "" ? path : path.slice(own.length + 1);
  return directoryOf(rest);
}
