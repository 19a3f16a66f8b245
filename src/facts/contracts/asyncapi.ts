import type { ContractChannel, ContractDefinition, ContractFact, ContractMessage, ContractType } from "../contract.js";
import type { Extraction, Extractor, SourceText } from "../facts.js";
import { entries, get, items, text, type YamlEntry, type YamlNode } from "../yaml-node.js";
import { avroType } from "./avro.js";
import { rootOf } from "./root.js";
import { definitionsIn, pointerPart, schemaType, UNKNOWN } from "./schema.js";

/** AsyncAPI 2 and 3 in YAML or JSON, and files with single messages that they refer to. */
export const asyncapi: Extractor = {
  id: "asyncapi",
  version: 4,
  accepts: (path) => /\.(?:ya?ml|json)$/i.test(path) && !/(?:^|\/)(?:package(?:-lock)?|tsconfig[^/]*)\.json$/i.test(path),
  extract: readAsyncApi,
};

const DOCUMENT = /^[ \t{]*["']?asyncapi["']?\s*:/m;
const MESSAGE = /^[ \t{]{0,8}["']?payload["']?\s*:/m;
const OTHER_FORMAT = /^[ \t{]*["']?(?:openapi|swagger|apiVersion)["']?\s*:/m;

function readAsyncApi(source: SourceText): Extraction {
  const document = DOCUMENT.test(source.text);
  if (!document && (!MESSAGE.test(source.text) || OTHER_FORMAT.test(source.text))) return { facts: [], unreadable: [] };
  const { root, problems } = rootOf(source);
  if (root === null) return { facts: [], unreadable: document ? problems : [] };
  const version = text(get(root, "asyncapi"));
  if (version !== null) return { facts: [new Reading(root, version.startsWith("3")).fact()], unreadable: [] };
  // A message alone: its payload is a schema, or leads to one.
  const payload = get(root, "payload");
  if (
    payload?.kind !== "map" ||
    !["name", "title", "messageId", "contentType", "schemaFormat", "headers", "summary"].some((key) => get(root, key) !== undefined)
  )
    return { facts: [], unreadable: [] };
  return { facts: [new Reading(root, false).single()], unreadable: [] };
}

class Reading {
  readonly #root: YamlNode;
  readonly #isThree: boolean;
  readonly #messages: ContractMessage[] = [];
  readonly #definitions: ContractDefinition[] = [];
  /** Pointers of messages that say to which other one they belong. */
  readonly #correlated = new Set<string>();

  constructor(root: YamlNode, isThree: boolean) {
    this.#root = root;
    this.#isThree = isThree;
  }

  fact(): ContractFact {
    const components = get(this.#root, "components");
    this.#definitions.push(...definitionsIn(get(components, "schemas"), "#/components/schemas"));
    for (const { key, value, lines } of entries(get(components, "messages")))
      this.#message(value, `#/components/messages/${pointerPart(key)}`, key, lines);
    const channels = (this.#isForBrokers() ? entries(get(this.#root, "channels")) : []).map((channel) =>
      this.#isThree ? this.#channel(channel) : this.#oldChannel(channel),
    );
    return this.#written(this.#withoutCalls(this.#isThree ? this.#withOperations(channels) : channels.map(({ channel }) => channel)));
  }

  /** What only a parameter names is the queue of whoever asks: messages that belong together and go to and fro there are calls. */
  #withoutCalls(channels: readonly ContractChannel[]): readonly ContractChannel[] {
    const isCorrelated = ({ to }: { readonly to: string }): boolean => this.#correlated.has(to);
    const answers = channels
      .filter(({ address }) => /^\{[^{}]+\}$/.test(address ?? ""))
      .flatMap(({ messages }) => messages.filter(isCorrelated));
    const [asks, answersItself] = [answers.some(({ receives }) => receives), answers.some(({ sends }) => sends)];
    const isCall = (message: ContractChannel["messages"][number]): boolean =>
      answers.includes(message) || (isCorrelated(message) && ((asks && message.sends) || (answersItself && message.receives)));
    return channels.map((channel) => ({ ...channel, messages: channel.messages.filter((message) => !isCall(message)) }));
  }

  /** Sockets and requests carry a conversation of two sides, and no events for whoever wants them. */
  #isForBrokers(): boolean {
    const protocols = entries(get(this.#root, "servers")).flatMap(({ value }) => text(get(value, "protocol")) ?? []);
    if (protocols.length > 0) return protocols.some((protocol) => !/^(?:wss?|https?|sse|mercure)$/i.test(protocol));
    // No broker has a topic `/`: it is the path at which a socket is opened.
    const channels = entries(get(this.#root, "channels"));
    return channels.length === 0 || channels.some(({ key, value }) => (this.#isThree ? text(get(value, "address")) : key) !== "/");
  }

  single(): ContractFact {
    this.#message(this.#root, "#", "", this.#root.lines);
    return this.#written([]);
  }

  #written(channels: readonly ContractChannel[]): ContractFact {
    return {
      kind: "contract",
      lines: this.#root.lines,
      format: "asyncapi",
      application: text(get(this.#root, "info", "title")),
      definitions: this.#definitions,
      messages: this.#messages,
      channels,
      exchanged: [],
    };
  }

  /** Keeps a message that stands at a pointer; `fallback` is its name where it has none of its own. */
  #message(node: YamlNode, pointer: string, fallback: string, lines: YamlEntry["lines"]): void {
    const reference = text(get(node, "$ref"));
    // Components are read first.
    if (get(node, "correlationId") !== undefined || (reference !== null && this.#correlated.has(reference))) this.#correlated.add(pointer);
    const name = ["name", "messageId", "title"].flatMap((key) => text(get(node, key)) ?? []).find((own) => /^\S+$/.test(own));
    this.#messages.push({
      pointer,
      reference,
      name: name ?? fallback,
      payload: this.#payload(node, pointer),
      headers: headersOf(node),
      lines,
    });
  }

  #payload(node: YamlNode, pointer: string): ContractType {
    const payload = get(node, "payload");
    const wrapped = get(payload, "schemaFormat") === undefined ? undefined : get(payload, "schema");
    const format = text(get(payload, "schemaFormat")) ?? text(get(node, "schemaFormat")) ?? "";
    const schema = wrapped ?? payload;
    const to = text(get(schema, "$ref"));
    if (to !== null) return { kind: "reference", to: [to] };
    if (!/avro/i.test(format)) return /protobuf|raml/i.test(format) ? UNKNOWN : schemaType(schema);
    const { type, definitions } = avroType(schema);
    // Inline names mean something inside this message alone.
    this.#definitions.push(...definitions.map((definition) => ({ ...definition, name: `${pointer} ${definition.name}`, top: false })));
    return within(type, pointer);
  }

  /** AsyncAPI 3: the channel has an address and a map of messages; operations say who sends them. */
  #channel({ key, value, lines }: YamlEntry): { readonly id: string; readonly channel: ContractChannel } {
    const at = `#/channels/${pointerPart(key)}`;
    const address = get(value, "address");
    const messages = entries(get(value, "messages")).map((message) => {
      const pointer = `${at}/messages/${pointerPart(message.key)}`;
      this.#message(message.value, pointer, message.key, message.lines);
      return { to: pointer, sends: false, receives: false };
    });
    return { id: at, channel: { address: address === undefined ? null : text(address), messages, lines } };
  }

  #withOperations(channels: readonly { readonly id: string; readonly channel: ContractChannel }[]): readonly ContractChannel[] {
    const operations = entries(get(this.#root, "operations")).map(({ value }) => ({
      channel: text(get(value, "channel", "$ref")),
      sends: text(get(value, "action")) === "send",
      // What is answered is a call, and so is the answer.
      answer: get(value, "reply") === undefined ? null : (text(get(value, "reply", "channel", "$ref")) ?? ""),
      messages: items(get(value, "messages")).flatMap((message) => text(get(message, "$ref")) ?? []),
    }));
    const calls = new Set(operations.flatMap(({ channel, answer }) => (answer === null ? [] : [channel, answer])));
    return channels.flatMap(({ id, channel }) => {
      if (calls.has(id)) return [];
      const own = operations.filter((operation) => operation.channel === id);
      const messages = channel.messages.map((message) => {
        const about = own.filter(
          (operation) =>
            operation.messages.length === 0 ||
            operation.messages.some((to) => to === message.to || to.split("/").at(-1) === message.to.split("/").at(-1)),
        );
        return { to: message.to, sends: about.some(({ sends }) => sends), receives: about.some(({ sends }) => !sends) };
      });
      return [{ ...channel, messages }];
    });
  }

  /** AsyncAPI 2 speaks from outside: clients `subscribe` to what the application sends, and `publish` what it takes. */
  #oldChannel({ key, value, lines }: YamlEntry): { readonly id: string; readonly channel: ContractChannel } {
    const at = `#/channels/${pointerPart(key)}`;
    const messages = (["subscribe", "publish"] as const).flatMap((operation) => {
      const message = get(value, operation, "message");
      if (message === undefined) return [];
      const options = items(get(message, "oneOf"));
      const id = text(get(value, operation, "operationId")) ?? key;
      const all = options.length === 0 ? [{ node: message, at: "" }] : options.map((node, index) => ({ node, at: `/oneOf/${index}` }));
      return all.map(({ node, at: rest }) => {
        const pointer = `${at}/${operation}/message${rest}`;
        this.#message(node, pointer, options.length > 1 ? "" : id, node.lines);
        return { to: pointer, sends: operation === "subscribe", receives: operation === "publish" };
      });
    });
    return { id: at, channel: { address: key, messages, lines } };
  }
}

/** Its own headers and those of its traits. */
function headersOf(node: YamlNode): ContractType {
  const all = [get(node, "headers"), ...items(get(node, "traits")).map((trait) => get(trait, "headers"))].filter(
    (headers) => headers !== undefined,
  );
  return all.length === 0 ? UNKNOWN : { kind: "all", of: all.map((headers) => schemaType(headers)) };
}

function within(type: ContractType, pointer: string): ContractType {
  switch (type.kind) {
    case "reference":
      return { kind: "reference", to: type.to.map((name) => `${pointer} ${name}`) };
    case "list":
    case "map":
      return { kind: type.kind, of: within(type.of, pointer) };
    case "union":
    case "all":
      return { kind: type.kind, of: type.of.map((part) => within(part, pointer)) };
    case "record":
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: within(field.type, pointer) })) };
    default:
      return type;
  }
}
