import { reviewPath, rulePath } from "../pages/paths.js";
import type { Run } from "../store/store.js";
import type { AppParts } from "./app-parts.js";
import type { Publication } from "./publication.js";

/** Where people reach the pages about a run and the rules, where that is known. */
export function pagesOf(
  { pages }: Pick<AppParts, "pages">,
  run: Pick<Run, "repository" | "checkRun"> | null,
): Pick<Publication, "detailsUrl" | "rulePage"> {
  const url = pages?.url ?? null;
  if (url === null) return {};
  return {
    ...(run === null ? {} : { detailsUrl: url + reviewPath(run.repository, run.checkRun) }),
    rulePage: (rule) => url + rulePath(rule),
  };
}
