/**
 * Values that are nothing but a name, an address or a port. What looks like more may hold credentials, and is not taken for
 * any of them.
 */

export function isBareName(text: string): boolean {
  return text !== "" && text.length <= 200 && !/[@:;=\s]/.test(text) && !isTemplate(text);
}

export function isBareHost(text: string): boolean {
  return text !== "" && text.length <= 300 && !/[@;=\s]/.test(text) && !isTemplate(text);
}

/** Host names are equal in all letters; names of variables are not. */
export function hostName(text: string): string {
  return text.includes("$") ? text : text.toLowerCase();
}

export function isTemplate(text: string): boolean {
  return text.includes("{{") || text.includes("<%");
}

export function portOf(text: string): number | null {
  return /^\d{1,5}$/.test(text) ? Number(text) : null;
}
