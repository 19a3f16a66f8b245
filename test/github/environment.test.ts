import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { EnvironmentError, readEnvironment, type Variables } from "../../src/github/environment.js";

const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const curve = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const directory = mkdtempSync(path.join(tmpdir(), "faultline-key-"));
const keyPath = path.join(directory, "key.pem");
writeFileSync(keyPath, pem);
afterAll(() => rmSync(directory, { recursive: true }));

const complete = { APP_ID: "12", PRIVATE_KEY: pem, WEBHOOK_SECRET: "for the shop" };

function failure(variables: Variables): EnvironmentError {
  try {
    readEnvironment(variables, false);
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
  throw new Error("the environment was accepted");
}

describe("signing in to the pages", () => {
  const signIn = { CLIENT_ID: "Iv1.a", CLIENT_SECRET: "hush", SESSION_SECRET: "s".repeat(32) };

  test("is off without a session secret, as after setting up", () => {
    expect(readEnvironment(complete, false).signIn).toBeNull();
    expect(readEnvironment({ ...complete, CLIENT_ID: "Iv1.a", CLIENT_SECRET: "hush" }, false).signIn).toBeNull();
  });

  test("needs all three", () => {
    expect(readEnvironment({ ...complete, ...signIn }, false).signIn).toEqual({
      clientId: "Iv1.a",
      clientSecret: "hush",
      sessionSecret: "s".repeat(32),
    });
  });

  test.each([
    ["CLIENT_ID", { CLIENT_ID: undefined }],
    ["CLIENT_SECRET", { CLIENT_SECRET: " " }],
    ["SESSION_SECRET", { SESSION_SECRET: "" }],
    ["SESSION_SECRET", { SESSION_SECRET: "s".repeat(31) }],
  ])("names %s where it is missing, empty or short, and does not tell it", (name, change) => {
    const { message, advice } = failure({ ...complete, ...signIn, ...change });
    expect(message).toContain(name);
    expect(`${message}${advice}`).not.toContain("sss");
  });
});

describe("credentials", () => {
  test("nothing set means that the App is not set up", () => {
    expect(readEnvironment({}, false).credentials).toBeNull();
  });

  test.each([
    ["as a PEM", { PRIVATE_KEY: pem }],
    ["on one line", { PRIVATE_KEY: pem.replaceAll("\n", "\\n") }],
    ["in base64", { PRIVATE_KEY: Buffer.from(pem).toString("base64") }],
    ["in a file", { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: keyPath }],
  ])("the key may come %s", (_, key) => {
    const { credentials } = readEnvironment({ ...complete, ...key }, false);
    expect(credentials?.privateKey.trim()).toBe(pem.trim());
    expect(credentials?.appId).toBe(12);
  });

  test.each([
    ["APP_ID", { APP_ID: undefined }],
    ["APP_ID", { APP_ID: "" }],
    ["APP_ID", { APP_ID: "12abc" }],
    ["APP_ID", { APP_ID: "-3" }],
    ["PRIVATE_KEY", { PRIVATE_KEY: undefined }],
    ["PRIVATE_KEY", { PRIVATE_KEY: " " }],
    ["PRIVATE_KEY", { PRIVATE_KEY: "-----BEGIN RSA PRIVATE KEY-----\nnonsense" }],
    ["PRIVATE_KEY", { PRIVATE_KEY: curve }],
    ["PRIVATE_KEY_PATH", { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path.join(directory, "gone.pem") }],
    ["PRIVATE_KEY_PATH", { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: "" }],
    ["WEBHOOK_SECRET", { WEBHOOK_SECRET: undefined }],
    ["WEBHOOK_SECRET", { WEBHOOK_SECRET: "  " }],
    ["WEBHOOK_SECRET", { WEBHOOK_SECRET: "two\nlines" }],
  ])("%s is named when it is wrong: %j", (name, change) => {
    const { message, advice } = failure({ ...complete, ...change });
    expect(message).toMatch(new RegExp(`^${name} `));
    expect(advice).not.toBe("");
    expect(message + advice).not.toContain("nonsense");
  });

  test("the secret before is accepted beside the one in use", () => {
    expect(readEnvironment({ ...complete, WEBHOOK_SECRET_PREVIOUS: "older" }, false).credentials?.webhookSecrets).toEqual([
      "for the shop",
      "older",
    ]);
    expect(readEnvironment({ ...complete, WEBHOOK_SECRET_PREVIOUS: "" }, false).credentials?.webhookSecrets).toEqual(["for the shop"]);
  });
});

describe("where GitHub is", () => {
  test.each([
    [{}, "https://api.github.com", "https://github.com"],
    [{ GITHUB_API_URL: "http://127.0.0.1:9000/" }, "http://127.0.0.1:9000", "http://127.0.0.1:9000"],
    [{ GHE_HOST: "git.shop.example" }, "https://git.shop.example/api/v3", "https://git.shop.example"],
    [{ GITHUB_API_URL: "https://api.shop.ghe.com" }, "https://api.shop.ghe.com", "https://shop.ghe.com"],
  ])("%j", (variables, apiUrl, site) => {
    expect(readEnvironment(variables, false)).toMatchObject({ apiUrl, site });
  });

  test.each([
    { GITHUB_API_URL: "api.github.com" },
    { GITHUB_API_URL: "ftp://github.com" },
    { GITHUB_API_URL: "https://me:secret@github.com" },
    { GHE_HOST: "https://git.shop.example" },
  ])("%j is refused", (variables) => {
    expect(failure(variables).message).toMatch(new RegExp(`^${Object.keys(variables)[0]} `));
  });
});

test("the rest has defaults", () => {
  expect(readEnvironment({}, false)).toMatchObject({
    host: "127.0.0.1",
    port: 3000,
    publicUrl: null,
    store: { dataDirectory: "./data" },
    sweepSeconds: 300,
    logLevel: "info",
    logFormat: "json",
  });
  expect(readEnvironment({}, true).host).toBe("0.0.0.0");
  expect(readEnvironment({ PORT: "0", DATABASE_URL: "postgres://shop@db/faultline", LOG_FORMAT: "pretty" }, true)).toMatchObject({
    port: 0,
    store: { databaseUrl: "postgres://shop@db/faultline" },
    logFormat: "pretty",
  });
});

test.each([
  { PORT: "http" },
  { PORT: "70000" },
  { FAULTLINE_SWEEP_SECONDS: "0" },
  { LOG_LEVEL: "loud" },
  { DATABASE_URL: "mysql://root:secret@db" },
])("%j is refused", (variables) => {
  const { message, advice } = failure(variables);
  expect(message).toMatch(new RegExp(`^${Object.keys(variables)[0]} `));
  expect(message + advice).not.toContain("secret@");
});
