import { parseSettings } from "../../src/config/settings.js";
import { decodeFacts, encodeFacts } from "../../src/facts/encoding.js";
import { extractText } from "../../src/facts/extract.js";
import { extractors } from "../../src/facts/extractors.js";
import type { Extractor } from "../../src/facts/facts.js";
import { readTraces } from "../../src/facts/traces/read.js";
import { commandsIn } from "../../src/github/command.js";
import { EVENTS, jobsOf } from "../../src/github/events.js";
import { keyOf } from "../../src/store/jobs.js";
import { withoutCredentials } from "../../src/report/credentials.js";
import { rules } from "../../src/rules/registry.js";
import { samples } from "../facts/samples.js";

/** Something that reads what others wrote. */
export interface Parser {
  readonly name: string;
  /** Valid texts, from which others are made. */
  readonly valid: readonly string[];
  prepare?(): Promise<unknown> | undefined;
  /** Reads a text. Throws where it may not: on any text, or by an answer that cannot be. */
  read(text: string): void;
}

const SPAN = {
  traceId: "5b8efff798038103d269b633813fc60c",
  id: "eee19b7ec3c1b174",
  spanId: "eee19b7ec3c1b174",
  parentId: "eee19b7ec3c1b173",
  name: "POST /charges",
  kind: "CLIENT",
  timestamp: 1,
  duration: 2,
  localEndpoint: { serviceName: "orders" },
  tags: { "http.method": "POST" },
};

const TRACES = [
  JSON.stringify([SPAN]),
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "orders" } }] },
        scopeSpans: [
          {
            spans: [
              {
                ...SPAN,
                kind: 3,
                startTimeUnixNano: "1",
                endTimeUnixNano: "2",
                attributes: [{ key: "http.method", value: { stringValue: "POST" } }],
              },
            ],
          },
        ],
      },
    ],
  }),
  JSON.stringify({
    data: [
      {
        traceID: "1",
        processes: { p1: { serviceName: "orders", tags: [] } },
        spans: [
          {
            traceID: "1",
            spanID: "2",
            processID: "p1",
            operationName: "POST",
            references: [{ refType: "CHILD_OF", spanID: "1" }],
            startTime: 1,
            duration: 2,
            tags: [{ key: "span.kind", value: "client" }],
          },
        ],
      },
    ],
  }),
];

const SETTINGS =
  "mode: enforce\nfail-on: error\nrules:\n  shared-database: block\n  long-call-chain: {level: comment, max-hops: 4}\nservices:\n  orders: [services/orders]\nexclude: ['**/generated/**']\nwaivers:\n  - rule: shared-database\n    subject: database:postgres/orders_db\n    reason: moves in spring\n    until: 2027-03-01\ncomments: {max: 5}\nextends: [shop/.github]\n";

const WEBHOOK = JSON.stringify({
  action: "opened",
  number: 7,
  installation: { id: 5 },
  repository: { id: 1, full_name: "shop/orders", default_branch: "main" },
  pull_request: { number: 7 },
  changes: { base: {} },
  check_run: { id: 3, head_sha: "a".repeat(40), pull_requests: [{ number: 7, base: { repo: { id: 1 } } }] },
  merge_group: { base_sha: "b".repeat(40), head_sha: "c".repeat(40), head_ref: "refs/heads/x" },
  issue: { number: 7, pull_request: {} },
  comment: { id: 1, body: "/faultline rerun", user: { login: "ada", type: "User" } },
  ref: "refs/heads/main",
  sender: { login: "ada" },
  repositories_added: [{ full_name: "shop/payments" }],
});

function ofExtractor(extractor: Extractor): Parser {
  const valid = [...samples].filter(([path]) => extractor.accepts(path));
  const paths = valid.map(([path]) => path);
  return {
    name: extractor.id,
    valid: valid.map(([, text]) => text),
    prepare: () => extractor.prepare?.() ?? undefined,
    read(text) {
      for (const path of paths) {
        const { unreadable } = extractor.extract({ path, text });
        const lines = text.split(/\r\n|\n|\r/).length;
        for (const { line } of unreadable) if (line < 1 || line > lines) throw new RangeError(`line ${line} of ${lines}`);
        const facts = extractText(path, text);
        const bug = facts.unreadable.find(({ reason }) => reason.includes("bug in Faultline"));
        if (bug !== undefined) throw new Error(bug.reason);
        if (JSON.stringify(decodeFacts(encodeFacts(facts))) !== JSON.stringify(facts)) throw new Error("facts that cannot be read back");
      }
    },
  };
}

/** Everything that parses. */
export const parsers: readonly Parser[] = [
  ...extractors.map(ofExtractor),
  {
    name: "settings",
    valid: [SETTINGS],
    read: (text) => void parseSettings(text, ".github/faultline.yml", { rules, checklist: ["service-independence"] }),
  },
  { name: "traces", valid: TRACES, read: (text) => void readTraces(text) },
  {
    name: "stored-facts",
    valid: [...samples].map(([path, text]) => Buffer.from(encodeFacts(extractText(path, text))).toString("latin1")),
    read: (text) => {
      const facts = decodeFacts(Buffer.from(text, "latin1"));
      try {
        JSON.stringify(facts);
      } catch (error) {
        // What is asked for may turn out to be damaged.
        if (!(error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError)) throw error;
      }
    },
  },
  {
    name: "commands",
    valid: [
      "/faultline accept 0123abcd we split it next month until=2027-01-31\n/faultline reopen 0123abcd\n/faultline explain shared-database\n/faultline rerun",
    ],
    read: (text) => void commandsIn(text),
  },
  {
    name: "credentials",
    valid: ["postgres://orders:hunter2@db:5432/orders_db and password=hunter2; AWS_SECRET_ACCESS_KEY=abc", WEBHOOK],
    read: (text) => void withoutCredentials(text),
  },
  {
    name: "webhooks",
    valid: [WEBHOOK],
    read(text) {
      let payload: unknown;
      try {
        payload = JSON.parse(text);
      } catch {
        return;
      }
      for (const event of [...EVENTS, "installation", "installation_repositories"])
        for (const job of jobsOf({ event, delivery: "d1", payload })) keyOf(job);
    },
  },
];
