import { describe, expect, test } from "vitest";
import { readShell, type ShellCommand } from "../../src/facts/shell.js";

const read = (text: string, variables: Record<string, string> = {}): ShellCommand[] =>
  readShell(text, { variables: new Map(Object.entries(variables)), place: (line) => line });
const lines = (text: string, variables: Record<string, string> = {}): string[] =>
  read(text, variables).map((command) => `${command.lines.startLine}: ${command.words.join(" ")}`);

test("words lose their quotes, and keep what stands in them", () => {
  expect(read(`deploy 'a b' "c  d" e\\ f "g \\"h\\"" ''`)[0]!.words).toEqual(["deploy", "a b", "c  d", "e f", 'g "h"', ""]);
});

test("signs and line ends part commands; comments and redirections vanish", () => {
  expect(lines("a 1; b 2 && c 3 | d 4 # e\n# f\ng 5 > out 2>&1 &\n")).toEqual(["1: a 1", "1: b 2", "1: c 3", "1: d 4", "3: g 5"]);
});

test("a backslash continues a line, and the command has all its lines", () => {
  expect(read("a \\\n  b \\\n  c\nd")[0]!.lines).toEqual({ startLine: 1, endLine: 3 });
});

test("an expression of a workflow is one piece", () => {
  expect(read("deploy services/${{ matrix.service || 'all' }}/k8s")[0]!.words).toEqual([
    "deploy",
    "services/${{ matrix.service || 'all' }}/k8s",
  ]);
});

describe("variables", () => {
  test("set to a literal are replaced", () => {
    expect(lines('CHART=charts/shop\nexport TAG="1.0"\nhelm $CHART ${TAG} $OTHER')).toEqual(["3: helm charts/shop 1.0 $OTHER"]);
  });

  test("given from outside are replaced too", () => {
    expect(lines("deploy $SERVICE", { SERVICE: "${{ matrix.service }}" })).toEqual(["1: deploy ${{ matrix.service }}"]);
  });

  test("set in one of two branches, or by a command, stay as written", () => {
    expect(lines("if [ x ]; then A=1; else A=2; fi\ndeploy $A")).toContain("2: deploy $A");
    expect(lines("A=$(ls)\ndeploy $A")).toEqual(["2: deploy $A"]);
  });

  test("of a loop over literals have all the values", () => {
    const [command] = read("SERVICES=(orders payments)\nfor s in ${SERVICES[@]} inventory; do\n  deploy $s\ndone\n");
    expect(command!.loops).toEqual(new Map([["s", ["orders", "payments", "inventory"]]]));
    expect(read("for s in $(ls); do deploy $s; done")[0]!.loops).toEqual(new Map());
  });
});

describe("directories", () => {
  const directories = (text: string): (string | null)[] => read(text).map(({ directory }) => directory);

  test.each([
    ["cd infra && a", "infra"],
    ["cd infra\ncd ../k8s/prod\na", "k8s/prod"],
    ["cd ./infra/ ; a", "infra"],
    ["cd /srv/shop; a", "/srv/shop"],
    ['cd "$(dirname "$0")/.."\na', "<script>/.."],
    ['DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")" >/dev/null 2>&1 && pwd)"\ncd $DIR/k8s\na', "<script>/k8s"],
    ["cd $(git rev-parse --show-toplevel)\na", "<root>"],
    ["cd -\na", null],
    ["cd $UNKNOWN\na", "$UNKNOWN"],
  ])("%s", (text, directory) => {
    expect(directories(text)).toEqual([directory]);
  });

  test("are left with the subshell, and with popd", () => {
    expect(directories("(cd a && x)\ny\npushd b\nx\npopd\ny")).toEqual(["a", null, "b", null]);
  });
});

describe("conditions", () => {
  const conditional = (text: string): string[] =>
    read(text)
      .filter((command) => command.conditional)
      .map(({ words }) => words.join(" "));

  test.each([
    ["if test -f x; then a; else b; fi\nc", ["test -f x", "a", "b"]],
    ['case "$1" in\n  orders|o) a ;;\n  *) b ;;\nesac\nc', ["a", "b"]],
    ["[ -n x ] && a; b", ["a"]],
    ["x && a", []],
    ["for s in a b; do c; done", []],
  ])("%s", (text, expected) => {
    expect(conditional(text)).toEqual(expected);
  });
});

describe("functions", () => {
  test("stand where they are called, with the arguments", () => {
    expect(lines("deploy() {\n  local name=$1\n  kubectl $name $2\n}\ndeploy orders prod\ndeploy payments\n")).toEqual([
      "3: kubectl orders prod",
      "3: kubectl payments $2",
    ]);
  });

  test("a loop hands all its values on", () => {
    const [command] = read("function deploy {\n  kubectl $1\n}\nfor s in a b; do deploy $s; done");
    expect(command!.loops).toEqual(new Map([["1", ["a", "b"]]]));
  });

  test("that nothing calls may be called by another script", () => {
    expect(read("never() { a $1; }\nb").map(({ words, conditional }) => [words.join(" "), conditional])).toEqual([
      ["b", false],
      ["a $1", true],
    ]);
  });

  test("that call themselves come to an end", () => {
    expect(read("a() { a; b; a; }\na").length).toBeLessThan(200);
  });
});

test("a heredoc is the input of its command and no commands", () => {
  const [command, next] = read("cat <<-EOF | kubectl\n\tdeploy x\n\tEOF\nnext");
  expect(command!.input).toEqual({ text: "\tdeploy x\n", line: 2 });
  expect(next!.pipedFrom).toBe(command);
  expect(lines("cat <<A <<B\n1\nA\n2\nB\nnext").at(-1)).toBe("6: next");
});
