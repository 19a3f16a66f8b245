import type { Fields, Shape, TextPattern } from "./shape.js";

/** What the settings' reader must know of the rules; `RuleMeta` of src/rules/ fits. */
export interface Catalogue {
  readonly rules: readonly {
    readonly id: string;
    readonly summary: string;
    readonly options: Readonly<
      Record<string, { readonly description: string; readonly default: number | string | boolean | readonly string[] }>
    >;
  }[];
  /** Ids of the checklist's lines. */
  readonly checklist: readonly string[];
}

const DATE: TextPattern = { expression: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, looks: "a date such as 2026-12-31" };
const FINGERPRINT: TextPattern = {
  expression: /^[0-9a-f]{8,64}$/,
  looks: "a fingerprint as it is shown: 8 to 64 hexadecimal digits",
  digits: true,
};
const REPOSITORY: TextPattern = { expression: /^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/, looks: "owner/name" };
const SETTINGS_REFERENCE: TextPattern = {
  expression: /^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+(:[^:\s]+)?$/,
  looks: "owner/name or owner/name:path/to/settings.yml",
};

const text = (description: string, pattern?: TextPattern): Shape => ({
  kind: "text",
  description,
  ...(pattern === undefined ? {} : { pattern }),
});
const choice = (description: string, values: readonly string[]): Shape => ({ kind: "choice", values, description });
const list = (description: string, of: Shape): Shape => ({ kind: "list", of, description });
const fields = (description: string, of: Readonly<Record<string, Shape>>, required: readonly string[] = []): Fields => ({
  kind: "fields",
  fields: of,
  required,
  description,
});

const globs = (description: string): Shape => list(description, text("A glob or a directory, from the root of the repository."));

export const LEVELS = ["off", "observe", "comment", "block"] as const;

/** Every key of a settings file. Without a catalogue, any rule id and option is taken. */
export function settingsShape(catalogue: Catalogue | null): Fields {
  return fields("Settings of Faultline for one repository, or for an organisation.", {
    mode: choice("enforce: what must not be merged fails the check. advise: it is neutral instead, and nobody is held up.", [
      "enforce",
      "advise",
    ]),
    "fail-on": choice("The least severity that fails the check, for rules without a level of their own.", [
      "error",
      "warning",
      "info",
      "never",
    ]),
    rules: rulesShape(catalogue),
    services: {
      kind: "map",
      names: { what: "service", known: null },
      of: () => globs("Where its files are: directories or globs."),
      description: "Services by name, where the layout of the repository does not tell. What stands here wins over inference.",
    },
    exclude: globs("Files that are not looked at."),
    include: globs("Files that are looked at although they seem to be tests, generated, vendored or built."),
    clients: list("Packages and modules of your own whose functions call a service.", {
      kind: "short-or-full",
      short: text("A package's name, or a glob of the module."),
      full: fields(
        "A client.",
        {
          module: text("A package's name, or a glob of the module."),
          service: text("The service that it calls; left out, its arguments tell."),
        },
        ["module"],
      ),
      description: "A client of a service.",
    }),
    waivers: list("Debt that is accepted, each with a reason.", waiverShape(catalogue)),
    systems: list("Repositories that form one system with this one.", text("A repository, owner/name.", REPOSITORY)),
    extends: list(
      "Settings to begin with, from other repositories of the organisation; this file wins over them.",
      text("owner/name, or owner/name:path.", SETTINGS_REFERENCE),
    ),
    locked: list(
      "For an organisation's file: keys that a repository's own file cannot set.",
      choice("A key.", ["mode", "fail-on", "rules", "exclude", "waivers", "inline-ignores"]),
    ),
    comments: fields("Comments on the pull request.", {
      max: { kind: "number", least: 0, whole: true, description: "How many at most; the rest is in the summary." },
    }),
    "inline-ignores": choice("Whether faultline-ignore comments in the source count.", ["allow", "deny"]),
    sarif: { kind: "boolean", description: "Upload the findings to code scanning as well." },
    traces: fields("Recorded traces.", { artifact: text("Name of the workflow artifact that holds them.") }),
    checklist: {
      kind: "map",
      names: { what: "checklist line", known: catalogue?.checklist ?? null },
      of: () => choice("Your answer.", ["pass", "fail", "not-applicable"]),
      description: "Answers to lines of the checklist that nothing in a repository can decide.",
    },
  });
}

function rulesShape(catalogue: Catalogue | null): Shape {
  const byId = new Map(catalogue?.rules.map((rule) => [rule.id, rule]));
  return {
    kind: "map",
    names: { what: "rule", known: catalogue === null ? null : [...byId.keys()] },
    of: (id) => ruleShape(byId.get(id)),
    description: "Rules by id: how far each goes, and its options.",
  };
}

const LEVEL = choice("off: does not run. observe: in the summary only. comment: never fails the check. block: fails it.", LEVELS);

function ruleShape(rule: Catalogue["rules"][number] | undefined): Shape {
  const unknown: Partial<Fields> = rule === undefined ? { others: { kind: "option", description: "An option of the rule." } } : {};
  const options = Object.entries(rule?.options ?? {}).map(([name, option]) => [name, optionShape(option)] as const);
  const description = rule?.summary ?? "A rule.";
  return {
    kind: "short-or-full",
    short: LEVEL,
    full: { ...fields(description, { level: LEVEL, ...Object.fromEntries(options) }), ...unknown },
    description,
  };
}

function optionShape(option: Catalogue["rules"][number]["options"][string]): Shape {
  const { description } = option;
  if (typeof option.default === "number") return { kind: "number", least: 0, whole: Number.isInteger(option.default), description };
  if (typeof option.default === "boolean") return { kind: "boolean", description };
  return typeof option.default === "string" ? text(description) : list(description, text("A value."));
}

function waiverShape(catalogue: Catalogue | null): Shape {
  return fields("One waiver: a fingerprint, or a rule and a subject; and why.", {
    fingerprint: text("The finding's fingerprint, or the beginning of it that is shown.", FINGERPRINT),
    rule:
      catalogue === null || catalogue.rules.length === 0
        ? text("A rule's id.")
        : choice(
            "A rule's id.",
            catalogue.rules.map((rule) => rule.id),
          ),
    subject: text("What the finding is about, as the report names it: database:postgres/orders_db. Several parts are joined by commas."),
    reason: text("Why it is accepted. A waiver without a reason has no effect."),
    owner: text("Who accepted it."),
    until: text("The last day on which it holds.", DATE),
  });
}
