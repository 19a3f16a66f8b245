import { createHash } from "node:crypto";
import type { Finding } from "../rules/rule.js";

/** What a finding is, apart from where it stands and how bad it is. */
export type Identity = Pick<Finding, "rule" | "subject" | "discriminator">;

/**
 * sha256, hex, over rule, subject and discriminator. Written as JSON before hashing, so that no choice of names makes
 * two identities run together. Public: waivers in settings files name it, so the text that is hashed never changes.
 */
export function fingerprintOf(identity: Identity): string {
  const known = fingerprints.get(identity);
  if (known !== undefined) return known;
  const text = JSON.stringify([identity.rule, identity.subject, identity.discriminator]);
  const fingerprint = createHash("sha256").update(text).digest("hex");
  fingerprints.set(identity, fingerprint);
  return fingerprint;
}

/** Matching asks for the same one again and again. */
const fingerprints = new WeakMap<Identity, string>();

/** The shortest prefix that the product shows; a longer one is accepted everywhere. */
export const FINGERPRINT_PREFIX = 12;
