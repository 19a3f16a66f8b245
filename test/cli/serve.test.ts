import { generateKeyPairSync } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryDirectory } from "../snapshot/repository.js";
import { faultline } from "./shop.js";

const PRIVATE_KEY = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const complete = { APP_ID: "12", PRIVATE_KEY, WEBHOOK_SECRET: "for the shop" };
const directory = temporaryDirectory();
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test.each([
  ["APP_ID", { APP_ID: "" }],
  ["PRIVATE_KEY", { PRIVATE_KEY: "not a key" }],
  ["PRIVATE_KEY_PATH", { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: "/nowhere.pem" }],
  ["WEBHOOK_SECRET", { WEBHOOK_SECRET: undefined }],
])("serve does not start with a wrong %s, and says how to get it", async (name, change) => {
  const { code, out, err } = await faultline(["serve"], { directory, environment: { ...complete, ...change } as Record<string, string> });
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(new RegExp(`^faultline: ${name} `));
  expect(err).toContain("settings page on GitHub");
});

test("what stands in .env counts, and the environment wins", async () => {
  writeFileSync(path.join(directory, ".env"), `APP_ID=twelve\nWEBHOOK_SECRET=shop\nPRIVATE_KEY="${PRIVATE_KEY.replaceAll("\n", "\\n")}"\n`);
  expect((await faultline(["serve"], { directory })).err).toMatch(/^faultline: APP_ID is not a number/);
  expect((await faultline(["serve"], { directory, environment: { APP_ID: "12", PORT: "none" } })).err).toMatch(/^faultline: PORT /);
});
