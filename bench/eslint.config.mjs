// A type-free rule set, as a team would run it on TypeScript.
import js from "@eslint/js";
import parser from "@typescript-eslint/parser";

// oxlint-disable-next-line import/no-default-export -- ESLint asks for it
export default [
  {
    files: ["**/*.ts"],
    languageOptions: { parser },
    rules: { ...js.configs.recommended.rules, "no-undef": "off", "no-unused-vars": "off" },
  },
];
