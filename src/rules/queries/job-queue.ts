import type { Channel } from "../../model/model.js";

/** Whether a channel takes work for whoever is free, as opposed to news for whoever listens. */
export function isJobQueue({ transport }: Channel): boolean {
  return /^(?:bull(?:mq)?|pg-boss)$/.test(transport);
}
