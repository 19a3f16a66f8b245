import { describe, expect, it } from "vitest";
import { libraries } from "../../../src/model/libraries/knowledge.js";
import { compilePattern } from "../../../src/model/libraries/patterns.js";

const ALTERNATIVE =
  /^(=[A-Za-z]+|\$\w+(:\d.*)?|class|(receiver|this):\w+|job:(name|data)|type:\d|(\$?[\w*#-]*:)*-?\d\+?(\[\])?(\.\w+(\(\))?(\[\])?)*(:-?\d(\.\w+)*)*|method|path|url|handler|(options|config)\.handler)$/;

describe.each(libraries.map((library) => [`${library.name} (${library.modules.join(", ")})`, library] as const))(
  "the table of %s",
  (_, { paths }) => {
    it("has patterns that match something, and places that can be read", () => {
      for (const [pattern, knowledge] of Object.entries(paths)) {
        expect(() => compilePattern(pattern)).not.toThrow();
        expect((pattern.match(/\{/g) ?? []).length).toBe((pattern.match(/\}/g) ?? []).length);
        for (const [key, at] of Object.entries(knowledge)) {
          if (typeof at !== "string" || at === "" || !AT_KEYS.has(key)) continue;
          for (const alternative of at.split(/ [|&] /))
            expect(`${key} ${alternative}`).toMatch(new RegExp(`^${key} ${ALTERNATIVE.source.slice(1)}`));
        }
      }
    });
  },
);

const AT_KEYS = new Set([
  "url",
  "base",
  "method",
  "operation",
  "channel",
  "event",
  "payload",
  "entity",
  "statement",
  "host",
  "port",
  "database",
  "schema",
  "user",
  "engineAt",
  "prefix",
  "mounted",
  "over",
  "callback",
]);
