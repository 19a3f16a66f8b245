import type { TextFacts } from "./extract.js";
import type { Fact } from "./facts.js";
import { packSource, unpackSource, type PackedSource } from "./packed-source.js";

/**
 * Facts as text for caches and between threads. Source facts are by far the largest and stand in their packed form, as
 * lists; all others as they are. When the form changes, so must the version in extract.ts: what was written earlier is read again.
 */
export function encodeFacts(facts: TextFacts): string {
  return JSON.stringify({ ...facts, facts: facts.facts.map((fact) => (fact.kind === "source" ? packSource(fact) : fact)) });
}

/** The facts that were encoded; `null` where the text is damaged. */
export function decodeFacts(text: string): TextFacts | null {
  try {
    const value = JSON.parse(text) as Partial<TextFacts> | null;
    const whole = Array.isArray(value?.facts) && Array.isArray(value.unreadable) && Array.isArray(value.ignores) && value.excluded !== undefined;
    if (!whole) return null;
    const facts = (value.facts as readonly (Fact | PackedSource)[]).map((fact) => (isPacked(fact) ? unpackSource(fact) : fact));
    return { ...(value as TextFacts), facts };
  } catch {
    return null;
  }
}

function isPacked(fact: Fact | PackedSource): fact is PackedSource {
  return Array.isArray(fact);
}
