/**
 * The last net. Rules and the model never carry credentials; what they could not know to be one is caught here, before
 * anything is shown. All expressions are linear in the text.
 */

/** `postgres://orders:secret@db/orders_db`: what stands between the scheme and the host. */
const USER_INFO = /([a-z][a-z0-9+.-]{1,30}:\/\/)[^\s'"`@/]{0,200}:[^\s'"`@]{1,200}@/gi;

/** `Password=secret;`, `?password=secret&`. */
const PARAMETER = /\b((?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key)\s?=\s?)[^\s;&'"`,)]{1,200}/gi;

/** Text with the credentials of its addresses and connection strings put out of sight. */
export function withoutCredentials(text: string): string {
  const told = text.includes("://") ? text.replace(USER_INFO, "$1***@") : text;
  return told.includes("=") ? told.replace(PARAMETER, "$1***") : told;
}

const SUSPECT: readonly RegExp[] = [
  /(?:password|passwd|passphrase|pwd|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key)[\w.-]{0,40}["'`\]]{0,2}\s{0,8}(?:=|:|=>)\s{0,8}["'`]?[^\s"'`;,]/i,
  /\b(?:bearer|basic)\s+[\w+/=.~-]{8}/i,
  /-----BEGIN|\bAKIA[0-9A-Z]{12}|\bgh[opsur]_\w{20}|\bxox[abprs]-|\bsk[_-](?:live|test)/,
  /["'`][\w+/=-]{40,}["'`]/,
];

/** Whether a line of source may hold a credential: such a line is not quoted and not suggested. */
export function mayHoldCredential(line: string): boolean {
  return withoutCredentials(line) !== line || SUSPECT.some((expression) => expression.test(line));
}
