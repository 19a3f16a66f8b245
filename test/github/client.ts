import nock from "nock";
import { ProbotOctokit } from "probot";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { Octokit } from "../../src/github/octokit.js";

export const API = "https://api.github.com";

/** A client as the App makes it, without the pauses that keep to GitHub's limits. */
export function client(): Octokit {
  const Client = ProbotOctokit.defaults((options: Record<string, unknown>) => ({
    ...options,
    throttle: { enabled: false },
    retry: { enabled: false },
  }));
  return new Client({ auth: { token: "test" }, log: { debug() {}, info() {}, warn() {}, error() {} } });
}

/** Every request is one that the test announced, and every announced one is made. */
export function onlyAnnounced(): void {
  const strangers: string[] = [];
  const note = (request: { method?: string; path?: string }): void => void strangers.push(`${request.method} ${request.path}`);
  beforeAll(() => {
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
    nock.emitter.on("no match", note);
  });
  afterEach(() => {
    const unused = nock.pendingMocks();
    nock.cleanAll();
    expect({ unused, strangers: strangers.splice(0) }).toEqual({ unused: [], strangers: [] });
  });
  afterAll(() => {
    nock.emitter.off("no match", note);
    nock.enableNetConnect();
    nock.restore();
  });
}
