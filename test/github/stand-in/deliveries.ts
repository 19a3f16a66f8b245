import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Refusal, type Answer } from "./http.js";
import type { World } from "./world.js";

/** What happens to a delivery: `fail` never arrives and is listed as failed, `vanish` leaves no trace at all. */
export type Fate = "arrive" | "fail" | "vanish" | "twice" | { readonly afterMs: number };

interface Attempt {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly payload: Record<string, unknown>;
  readonly redelivery: boolean;
  readonly at: Date;
  /** 0 where nobody answered. */
  status: number;
  milliseconds: number;
}

export interface Deliveries {
  /** Where the webhook goes, or where the next delivery does; nobody listens there at first. */
  target: string | (() => string);
  /** Fates of the next deliveries in turn; `arrive` for those after. */
  readonly fates: Fate[];
  readonly attempts: readonly Attempt[];
  send(event: string, payload: Record<string, unknown>): void;
  /** Keeps deliveries back until `release` sends them in the order that it is told: places in the order of keeping. */
  hold(): void;
  /** One after the other, unless so many may be under way at once. */
  release(order?: (waiting: number) => readonly number[], atOnce?: number): void;
  /** Sends the newest attempt of this kind once more, with the same id. */
  repeat(event: string): Promise<number>;
  /** Sends bytes as they are; for bodies and signatures that GitHub would not send. */
  raw(event: string, body: string, signature: string | null): Promise<number>;
  sign(body: string): string;
  /** Waits for all that was sent. */
  settled(): Promise<void>;
  list(query: URLSearchParams, url: string): Answer;
  get(id: number): Record<string, unknown>;
  redeliver(id: number): void;
}

const LARGEST_PAYLOAD = 25_000_000;
const PATIENCE_MS = 10_000;

export function makeDeliveries(world: World, secret: string): Deliveries {
  const attempts: Attempt[] = [];
  const running = new Set<Promise<unknown>>();
  let held: Pick<Attempt, "guid" | "event" | "payload">[] | null = null;

  const sign = (body: string): string => `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

  async function post(event: string, guid: string, body: string, signature: string | null): Promise<number> {
    const headers = {
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/stand-in",
      "x-github-event": event,
      "x-github-delivery": guid,
      "x-github-hook-id": "1",
      "x-github-hook-installation-target-id": String(world.app.id),
      "x-github-hook-installation-target-type": "integration",
      ...(signature === null ? {} : { "x-hub-signature-256": signature }),
    };
    try {
      const target = typeof deliveries.target === "string" ? deliveries.target : deliveries.target();
      const response = await fetch(target, { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }

  async function attempt(
    guid: string,
    event: string,
    payload: Record<string, unknown>,
    { redelivery = false, reach = true } = {},
  ): Promise<number> {
    const body = JSON.stringify(payload);
    // What is too large is never sent, and never listed.
    if (Buffer.byteLength(body) > LARGEST_PAYLOAD) return 0;
    const made: Attempt = { id: world.nextId(), guid, event, payload, redelivery, at: world.now(), status: 0, milliseconds: 0 };
    const start = performance.now();
    attempts.push(made);
    if (reach) made.status = await post(event, guid, body, sign(body));
    made.milliseconds = performance.now() - start;
    return made.status;
  }

  function track(work: Promise<unknown>): void {
    const tracked = work.finally(() => running.delete(tracked));
    running.add(tracked);
  }

  async function meet(fate: Fate, guid: string, event: string, payload: Record<string, unknown>): Promise<void> {
    if (fate === "vanish") return;
    if (typeof fate === "object") await pause(fate.afterMs);
    await attempt(guid, event, payload, { reach: fate !== "fail" });
    if (fate === "twice") await attempt(guid, event, payload, { redelivery: true });
  }

  const found = (id: number): Attempt => {
    const one = attempts.find((candidate) => candidate.id === id);
    if (one === undefined) throw new Refusal(404, "Not Found");
    return one;
  };

  const deliveries: Deliveries = {
    target: "http://127.0.0.1:9/",
    fates: [],
    attempts,
    sign,
    send(event, payload) {
      if (held !== null) held.push({ guid: randomUUID(), event, payload });
      else track(meet(deliveries.fates.shift() ?? "arrive", randomUUID(), event, payload));
    },
    hold() {
      held ??= [];
    },
    release(order = (waiting) => [...Array.from({ length: waiting }).keys()], atOnce = 1) {
      const waiting = held ?? [];
      held = null;
      const inOrder = order(waiting.length).flatMap((place) => waiting[place] ?? []);
      const lane = async (): Promise<void> => {
        for (let next = inOrder.shift(); next !== undefined; next = inOrder.shift())
          await meet(deliveries.fates.shift() ?? "arrive", next.guid, next.event, next.payload);
      };
      for (let lanes = 0; lanes < atOnce; lanes++) track(lane());
    },
    async repeat(event) {
      const last = attempts.findLast((one) => one.event === event);
      if (last === undefined) throw new Error(`no ${event} was sent`);
      return attempt(last.guid, last.event, last.payload, { redelivery: true });
    },
    raw: async (event, body, signature) => post(event, randomUUID(), body, signature),
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
    list(query, url) {
      const size = Math.min(100, Number(query.get("per_page") ?? 30) || 30);
      const newestFirst = attempts.toReversed();
      const start = query.get("cursor") === null ? 0 : newestFirst.findIndex(({ id }) => String(id) === query.get("cursor"));
      if (start === -1) throw new Refusal(422, "Invalid cursor");
      const next = newestFirst[start + size];
      const link = next === undefined ? {} : { link: `<${url}?per_page=${size}&cursor=${next.id}>; rel="next"` };
      return { status: 200, body: newestFirst.slice(start, start + size).map(shapeOf), headers: link };
    },
    get: (id) => ({ ...shapeOf(found(id)), request: { headers: {}, payload: found(id).payload }, response: { headers: {}, payload: "" } }),
    redeliver(id) {
      const { guid, event, payload } = found(id);
      track(attempt(guid, event, payload, { redelivery: true }));
    },
  };
  return deliveries;
}

function shapeOf({ id, guid, event, payload, redelivery, at, status, milliseconds }: Attempt): Record<string, unknown> {
  const {
    action = null,
    installation,
    repository,
  } = payload as { action?: string; installation?: { id: number }; repository?: { id: number } };
  return {
    id,
    guid,
    delivered_at: at.toISOString(),
    redelivery,
    duration: milliseconds / 1000,
    status: status === 0 ? "failed to connect to host" : status < 400 ? "OK" : `Invalid HTTP Response: ${status}`,
    status_code: status,
    event,
    action,
    installation_id: installation?.id ?? null,
    repository_id: repository?.id ?? null,
    throttled_at: null,
  };
}
