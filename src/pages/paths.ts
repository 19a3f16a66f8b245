/** Where each page is, below the address of the App. Names on GitHub need no escape in a path. */

/** `repository`: `owner/name`. */
export function systemPath(repository: string): string {
  return `/repos/${repository}`;
}

/** The page of one review, by the number of its check run on GitHub. */
export function reviewPath(repository: string, checkRun: number): string {
  return `${systemPath(repository)}/reviews/${checkRun}`;
}

export const STYLE_PATH = "/pages.css";
export const SIGN_IN_PATH = "/sign-in";
export const CALLBACK_PATH = "/sign-in/callback";
export const SIGN_OUT_PATH = "/sign-out";

/** All rules, in a list. */
export const RULES_PATH = "/rules";

export function rulePath(rule: string): string {
  return `${RULES_PATH}/${rule}`;
}

export const ICON_PATH = "/icon.svg";
