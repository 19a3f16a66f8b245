import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openClients } from "../../src/github/clients.js";
import { openLog } from "../../src/github/log.js";
import { Metrics } from "../../src/github/metrics.js";
import { openPages } from "../../src/github/pages.js";
import { appServer } from "../../src/github/server.js";
import type { MemoryStore } from "./memory-store.js";
import type { StandIn } from "./stand-in/stand-in.js";

export interface ServedPages {
  readonly server: Server;
  readonly url: string;
}

/** The App's server with its pages over a store of the test's own, on a port that the pages are told as part of their public address. */
export async function servePages({
  github,
  store,
  secret,
  now,
  write,
}: {
  readonly github: StandIn;
  readonly store: MemoryStore;
  readonly secret: string;
  readonly now: () => Date;
  readonly write: (text: string) => void;
}): Promise<ServedPages> {
  const log = openLog({ logLevel: "debug", logFormat: "json" }, [secret], { write });
  const metrics = new Metrics(store);
  const clients = openClients({ credentials: { ...github.credentials, webhookSecrets: ["hook"] }, apiUrl: github.url, log, metrics });
  const { clientId, clientSecret } = github.credentials;
  let pages: ReturnType<typeof openPages> | null = null;
  const server = appServer({ store, secrets: ["hook"], metrics, log, ready: () => true, pages: (request) => pages!(request) });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pages = openPages({
    signIn: { clientId, clientSecret, sessionSecret: secret },
    clients,
    store,
    site: github.url,
    publicUrl: url,
    log,
    now,
  });
  return { server, url };
}
