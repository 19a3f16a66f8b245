import type { Denotation, ParameterAt } from "./denotation.js";

/**
 * Whether what callers hand over is part of how the program is put together: settings, addresses, clients, services. Data
 * keeps the meaning that its type gives it. What a constructor is given is rarely data.
 */
export function isSetting(value: Denotation, { parameter, scope }: ParameterAt): boolean {
  switch (value.kind) {
    case "text":
      return value.parts.some(
        (part) => part.kind === "environment" || (part.kind === "literal" && isAddress(part.text, scope.function.name)),
      );
    case "library":
      return !value.path.declared && (parameter.type === null || parameter.type.name !== "unknown");
    case "object":
    case "instance":
    case "class":
    case "function":
      return true;
    case "choice":
      return value.options.every((one) => isSetting(one, { parameter, scope }));
    default:
      return false;
  }
}

function isAddress(text: string, name: string): boolean {
  return text.includes("://") || name.endsWith(".constructor");
}

/** Whether callers may know better: a declared type says what something is, and not how it was made. */
export function saysLittle(value: Denotation): boolean {
  switch (value.kind) {
    case "unknown":
      return true;
    case "library":
      return value.path.declared;
    case "instance":
      return value.assumed || value.construction === null;
    case "choice":
      return value.options.every(saysLittle);
    default:
      return false;
  }
}
