import { describe, expect, it } from "vitest";
import { entries, entry, flag, get, integer, isNull, items, record, text, texts, type YamlNode } from "../../src/facts/yaml-node.js";
import { parseYaml, readYaml } from "../../src/facts/yaml.js";

function root(source: string): YamlNode | null {
  return parseYaml(source).documents[0]?.root ?? null;
}

describe("reading YAML", () => {
  it("keeps the lines of keys, values and blocks, without what trails them", () => {
    const tree = root(
      [
        "# shop",
        "orders:",
        "  image: shop/orders",
        "  ports:",
        "    - 80",
        "    - 81",
        "",
        "  # the next one",
        "payments:",
        "  image: x",
        "",
        "",
      ].join("\n"),
    );
    expect(entry(tree, "orders")?.lines).toEqual({ startLine: 2, endLine: 6 });
    expect(get(tree, "orders", "ports")?.lines).toEqual({ startLine: 5, endLine: 6 });
    expect(entry(tree, "payments")?.lines).toEqual({ startLine: 9, endLine: 10 });
    expect(tree?.lines).toEqual({ startLine: 2, endLine: 10 });
  });

  it("ends a literal block at its last line of text", () => {
    const tree = root("script: |\n  one\n  two\n\n\nnext: 1\n");
    expect(entry(tree, "script")?.lines).toEqual({ startLine: 1, endLine: 3 });
    expect(text(get(tree, "script"))).toBe("one\ntwo\n");
    expect(get(tree, "script")).toMatchObject({ literal: true, quoted: true });
  });

  it("spans flow collections over their brackets", () => {
    const tree = root("hosts: [\n  orders,\n  payments\n]\nnext: {a: 1}\n");
    expect(entry(tree, "hosts")?.lines).toEqual({ startLine: 1, endLine: 4 });
    expect(texts(get(tree, "hosts"))).toEqual(["orders", "payments"]);
    expect(get(tree, "next")).toMatchObject({ flow: true });
  });

  it("guesses no types, and reads them when asked", () => {
    const tree = root('port: 08\nquoted: \'5\'\non: yes\noff: "no"\nnothing:\ntilde: ~\nword: "null"\n');
    expect(text(get(tree, "port"))).toBe("08");
    expect(integer(get(tree, "quoted"))).toBe(5);
    expect(flag(get(tree, "on"))).toBe(true);
    expect(isNull(get(tree, "nothing"))).toBe(true);
    expect(isNull(get(tree, "tilde"))).toBe(true);
    expect(text(get(tree, "word"))).toBe("null");
  });

  it("reads several documents, with or without dashes first", () => {
    const file = parseYaml("%YAML 1.1\n---\na: 1\n--- # next\nb: 2\n...\n---\n# only a comment\n---\nc: 3");
    expect(file.documents.map((document) => entries(document.root).map((it) => it.key))).toEqual([["a"], ["b"], ["c"]]);
    expect(file.documents.map((document) => document.root?.lines.startLine)).toEqual([3, 5, 10]);
    expect(file.problems).toEqual([]);
  });

  it("reads JSON, indented by tabs too", () => {
    const tree = root('{\n\t"services": [\n\t\t{"name": "orders", "port": 80}\n\t],\n\t"a": null\n}\n');
    expect(text(get(items(get(tree, "services"))[0], "name"))).toBe("orders");
    expect(items(get(tree, "services"))[0]?.lines).toEqual({ startLine: 3, endLine: 3 });
  });

  it("takes CR LF and a byte order mark as they come", () => {
    const file = parseYaml("\uFEFForders:\r\n  image: a\r\npayments:\r\n  image: b\r\n");
    expect(file.crlf).toBe(true);
    expect(entries(file.documents[0]?.root).map((it) => [it.key, it.lines.startLine, it.lines.endLine])).toEqual([
      ["orders", 1, 2],
      ["payments", 3, 4],
    ]);
  });

  it("follows aliases and merge keys, the map's own keys first", () => {
    const tree = root("base: &base\n  image: a\n  env: x\nother: &other {cpu: 1}\norders:\n  <<: [*base, *other]\n  env: y\ncopy: *base\n");
    expect(record(get(tree, "orders"))).toEqual({ env: "y", image: "a", cpu: "1" });
    expect(entry(tree, "copy")?.lines).toEqual({ startLine: 8, endLine: 8 });
    expect(get(tree, "copy", "image")?.lines.startLine).toBe(2);
    expect(entry(tree, "orders")?.lines).toEqual({ startLine: 5, endLine: 7 });
  });

  it("lets the last of two equal keys stand and notes the other", () => {
    const file = parseYaml("a: 1\nb: 2\na: 3\n");
    expect(text(get(file.documents[0]?.root, "a"))).toBe("3");
    expect(file.duplicates).toEqual([{ key: "a", line: 1 }]);
    expect(file.problems).toEqual([]);
  });

  it("tolerates tags it does not know", () => {
    const file = parseYaml("ports: !reset []\nqueue: !GetAtt Orders.Arn\nlist: !Sub\n  - a\n  - b\n");
    expect(file.problems).toEqual([]);
    expect(get(file.documents[0]?.root, "queue")).toMatchObject({ tag: "!GetAtt", text: "Orders.Arn" });
    expect(get(file.documents[0]?.root, "ports")).toMatchObject({ tag: "!reset", kind: "sequence" });
  });

  it("is safe for hostile keys", () => {
    const tree = root("__proto__: {polluted: 1}\nconstructor: 2\ntoString: 3\n");
    expect(entries(tree).map((it) => it.key)).toEqual(["__proto__", "constructor", "toString"]);
    expect(get(tree, "hasOwnProperty")).toBeUndefined();
    expect(Object.keys(record(root("__proto__: 1\na: 2")))).toEqual(["__proto__", "a"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("YAML that cannot be read", () => {
  it("says line and reason, and leaves the neighbours alone", () => {
    const file = parseYaml("a: 1\n---\nb: [1, 2\nc: 'open\n---\nd: 4\n");
    expect(file.documents.map((document) => document.root === null)).toEqual([false, true, false]);
    expect(file.problems).toHaveLength(1);
    expect(file.problems[0]?.line).toBeGreaterThanOrEqual(3);
    expect(file.problems[0]?.line).toBeLessThanOrEqual(4);
    expect(file.problems[0]?.reason).not.toBe("");
  });

  it("refuses tabs as indentation with the line", () => {
    expect(parseYaml("a:\n\tb: 1\n").problems).toMatchObject([{ line: 2 }]);
  });

  it.each([
    ["brackets", "[".repeat(100_000)],
    ["maps", "{a: ".repeat(50_000)],
    ["dashes", "- ".repeat(50_000)],
    ["indentation", Array.from({ length: 1500 }, (_, level) => `${" ".repeat(level)}a:`).join("\n")],
  ])("bounds the depth of %s", (_name, source) => {
    expect(parseYaml(source).problems).toHaveLength(1);
  });

  it("bounds what aliases expand to", () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 10 }, () => `*l${level}`).join(", ")}]`,
    );
    const file = parseYaml(["l0: &l0 x", ...levels].join("\n"));
    expect(file.problems).toMatchObject([{ reason: expect.stringContaining("aliases") as string }]);
  });

  it("bounds what merge keys expand to", () => {
    const wide = `m0: &m0 {${Array.from({ length: 3000 }, (_, key) => `k${key}: 1`).join(", ")}}`;
    const more = Array.from({ length: 500 }, (_, level) => `m${level + 1}: {<<: *m0}`);
    expect(parseYaml([wide, ...more].join("\n")).problems).toHaveLength(1);
  });

  it("does not follow an alias into itself", () => {
    const tree = root("a: &a\n  b: *a\n");
    expect(isNull(get(tree, "a", "b"))).toBe(true);
  });

  it("names an alias without anchor", () => {
    expect(parseYaml("a: 1\nb: *nowhere\n").problems).toMatchObject([{ line: 2 }]);
  });
});

describe("templates in YAML", () => {
  it("leaves out control lines and keeps values as written", () => {
    const file = parseYaml(
      '{{- if .Values.mesh }}\nkind: VirtualService\nname: {{ .Values.name | default "orders" }}-vs\n{{- range .Values.hosts }}\n{{- end }}\nport: {{ .Values.port }}\n{{- end }}\n',
    );
    expect(file.problems).toEqual([]);
    const tree = file.documents[0]?.root;
    expect(text(get(tree, "kind"))).toBe("VirtualService");
    expect(get(tree, "name")).toMatchObject({ text: '{{ .Values.name | default "orders" }}-vs', templated: true });
    expect(get(tree, "kind")).toMatchObject({ templated: false });
    expect(get(tree, "port")).toMatchObject({ text: "{{ .Values.port }}", lines: { startLine: 6, endLine: 6 } });
    expect(file.documents[0]?.control).toEqual([1, 4, 5, 7]);
    expect(file.documents[0]?.opaque).toEqual([]);
  });

  it("knows the lines on which content is inserted", () => {
    const file = parseYaml(
      'metadata:\n  labels:\n    {{- include "labels" . | nindent 4 }}\n    app: orders\n  annotations: {{- toYaml .Values.annotations | nindent 4 }}\nspec: 1\n',
    );
    expect(file.documents[0]?.opaque).toEqual([3, 5]);
    expect(record(get(file.documents[0]?.root, "metadata", "labels"))).toEqual({ app: "orders" });
    expect(text(get(file.documents[0]?.root, "spec"))).toBe("1");
  });

  it("takes what a template inserts behind the sign of a block for its text", () => {
    const file = parseYaml(
      'data:\n  kong.yml: |{{ tpl (.Files.Get "kong.yml") . | nindent 4 }}\n  notes: >-{{ .Files.Get "notes.txt" | nindent 4 }}\nspec: a|{{ x }}\n',
    );
    expect(file.problems).toEqual([]);
    expect(file.documents[0]?.opaque).toEqual([2, 3]);
    expect(record(get(file.documents[0]?.root, "data"))).toEqual({ "kong.yml": "", notes: "" });
    expect(text(get(file.documents[0]?.root, "spec"))).toBe("a|{{ x }}");
  });

  it("keeps the count of lines through actions and comments of several lines", () => {
    const file = parseYaml("{{/*\n  an }} old\n  note\n*/}}\na: {{ list\n  1 2 }}\nb: 2\n");
    expect(entry(file.documents[0]?.root, "b")?.keyLine).toBe(7);
    expect(file.problems).toEqual([]);
  });

  it("masks templates in list items, keys and quotes", () => {
    const tree = root('- {{ .Values.host }}\n- {{ $key }}: "a {{ .b | quote "x" }} c"\n- url:{{ .Values.url }}\n');
    expect(texts(tree)).toEqual(["{{ .Values.host }}"]);
    expect(entries(items(tree)[1])[0]).toMatchObject({ key: "{{ $key }}", value: { text: 'a {{ .b | quote "x" }} c' } });
    expect(text(get(items(tree)[2], "url"))).toBe("{{ .Values.url }}");
  });

  it("takes expressions as values", () => {
    const file = parseYaml('host: ${{ env "DECK_HOST" }}\nname: "${{ env "DECK_NAME" }}"\nrun: |\n  ${{ inputs.command }}\n');
    expect(file.problems).toEqual([]);
    expect(text(get(file.documents[0]?.root, "host"))).toBe('${{ env "DECK_HOST" }}');
    expect(text(get(file.documents[0]?.root, "name"))).toBe('${{ env "DECK_NAME" }}');
    expect(text(get(file.documents[0]?.root, "run"))).toBe("${{ inputs.command }}\n");
  });

  it("leaves an action without an end to the parser", () => {
    expect(parseYaml("a: {{ open\n").problems).toHaveLength(1);
  });
});

describe("readYaml", () => {
  it("parses a text once", () => {
    const source = { path: "compose.yml", text: "a: 1" };
    expect(readYaml(source)).toBe(readYaml(source));
  });

  it("places the lines of an embedded text", () => {
    const file = parseYaml("a: 1\nb: [\n", (line) => line + 10);
    expect(file.problems[0]?.line).toBeGreaterThan(11);
    expect(parseYaml("a: 1", (line) => line + 10).documents[0]?.root?.lines.startLine).toBe(11);
  });
});
