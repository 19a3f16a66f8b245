import type { Extraction, Extractor, Fact, SourceText, Unreadable } from "./facts.js";
import { readJson } from "./json.js";
import { kongOf } from "./kong/declaration.js";
import type { YamlDocument } from "./yaml-document.js";
import { entries, get, text, type YamlMap, type YamlNode, type YamlScalar } from "./yaml-node.js";
import { parseYaml, readYaml, type YamlFile } from "./yaml.js";

/** Kong's declarative files, also where they stand inside another file: a ConfigMap, a chart's values. */
export const kongDeclaration: Extractor = {
  id: "kong",
  version: 2,
  accepts: (path) =>
    /\.(?:ya?ml|json)(?:\.(?:j2|tpl|tmpl|gotmpl|template))?$/i.test(path) && !/(?:^|\/)package(?:-lock)?\.json$/.test(path),
  extract: readDeclarations,
};

const MARK = "_format_version";

function readDeclarations(source: SourceText): Extraction {
  const named = /(?:^|\/)[^/]*kong[^/]*$/i.test(source.path) && /^(?:services|routes|plugins):/m.test(source.text);
  if (!source.text.includes(MARK) && !named) {
    return { facts: [], unreadable: [] };
  }
  const file = /\.json$/i.test(source.path) ? jsonAsYaml(source) : readYaml(source);
  const reading = new DeclarationReading(file);
  file.documents.forEach((document) => reading.read(document, named));
  return { facts: reading.facts, unreadable: reading.unreadable };
}

function jsonAsYaml(source: SourceText): YamlFile {
  const { root, problems } = readJson(source);
  const lines = root?.lines ?? { startLine: 1, endLine: 1 };
  return {
    documents: [{ root, lines, opaque: [], control: [] }],
    problems,
    duplicates: [],
    text: source.text.split(/\r\n|\n|\r/),
    crlf: false,
  };
}

/** How many maps and sequences of a file are looked through for a declaration. */
const MAX_VISITED = 20_000;

class DeclarationReading {
  readonly facts: Fact[] = [];
  readonly unreadable: Unreadable[];
  private readonly file: YamlFile;
  private visited = 0;

  constructor(file: YamlFile) {
    this.file = file;
    const whole = file.text.join("\n");
    // A broken manifest around a declaration is reported by the reader of manifests.
    this.unreadable = /^[ \t"'{-]*apiVersion["']?[ \t]*:/m.test(whole) ? [] : [...file.problems];
  }

  read(document: YamlDocument, named: boolean): void {
    const { root } = document;
    if (root?.kind !== "map") {
      return;
    }
    const name = text(get(root, "kind")) === null ? null : text(get(root, "metadata", "name"));
    if (named && get(root, "kind") === undefined && get(root, MARK) === undefined && holdsEntities(root)) {
      this.facts.push(kongOf(root, name, { body: root, document, file: this.file }));
      return;
    }
    this.search(root, name, document);
  }

  private search(node: YamlNode, name: string | null, document: YamlDocument): void {
    this.visited += 1;
    if (this.visited > MAX_VISITED) {
      return;
    }
    if (node.kind === "map" && get(node, MARK) !== undefined) {
      this.facts.push(kongOf(node, name, { body: node, document, file: this.file }));
      return;
    }
    if (node.kind === "scalar") {
      this.embedded(node, name);
      return;
    }
    const children = node.kind === "map" ? entries(node).map((it) => it.value) : node.items;
    children.forEach((child) => this.search(child, name, document));
  }

  /** A declaration as the text of a value: line n of the text is a line of the file. */
  private embedded(scalar: YamlScalar, name: string | null): void {
    if (!scalar.text.includes(MARK) || !scalar.text.includes("\n")) {
      return;
    }
    const { startLine, endLine } = scalar.lines;
    const inner = parseYaml(scalar.text, (line) => Math.min(endLine, scalar.literal ? startLine + line : startLine));
    this.unreadable.push(...inner.problems);
    for (const document of inner.documents) {
      if (document.root?.kind === "map" && get(document.root, MARK) !== undefined) {
        this.facts.push(kongOf(document.root, name, { body: document.root, document, file: scalar.literal ? this.file : NOT_WRITABLE }));
      }
    }
  }
}

/** In a quoted text no line can be added. */
const NOT_WRITABLE: YamlFile = { documents: [], problems: [], duplicates: [], text: [], crlf: false };

function holdsEntities(root: YamlMap): boolean {
  return ["services", "routes", "plugins"].some((key) => {
    const list = get(root, key);
    return list?.kind === "sequence" && list.items.every((item) => item.kind === "map");
  });
}
