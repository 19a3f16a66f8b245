import type { ComposeEntry } from "./compose.js";
import type { FactTable } from "./fact-table.js";
import { isToolName } from "./identity.js";

/** Command lines of the usual migration tools, and scripts that are called after what they do. */
const MIGRATES =
  /\bprisma\s+(?:migrate|db\s+push)\b|\b(?:knex|sequelize(?:-cli)?|typeorm(?:-ts-node-\w+)?|mikro-orm|kysely|drizzle-kit|node-pg-migrate|db-migrate|migrate-mongo)\b.*\b(?:migrat\w*|up|push)\b|\b(?:alembic\s+upgrade|flyway|liquibase|goose|dbmate|atlas\s+migrate)\b|\b(?:npm|yarn|pnpm|bun)\s+(?:run\s+)?[\w:-]*migrat[\w:-]*/i;
/** What comes before and after without serving anybody. */
const WAITS =
  /^\s*(?:\[|until\b|while\b|do\b|done\b|sleep\b|echo\b|exit\b|set\b|cd\b|export\b|(?:\.\/|\/\S*\/)?wait[-\w.]*|dockerize\b|pg_isready\b|nc\b|true\b)/;

/** Whether a command line brings the tables of a database up to date and ends. */
export function onlyMigrates(command: string | null): boolean {
  if (command === null || !MIGRATES.test(command)) return false;
  const steps = command
    .replace(/^\S*sh\s+-\w*c\s+/, "")
    .split(/&&|\|\||;|\n/)
    .map((step) => step.replaceAll(/["']/g, " "));
  return steps.every((step) => step.trim() === "" || MIGRATES.test(step) || WAITS.test(step));
}

/** Whether an entry runs something beside the system, as its name or its command line says. */
export function isTool(entry: ComposeEntry, table: FactTable): boolean {
  return isToolName(entry.key) || onlyMigrates(entry.service.command ?? commandOfBuild(entry, table));
}

function commandOfBuild({ build }: ComposeEntry, table: FactTable): string | null {
  return build?.dockerfile == null ? null : (table.in(build.dockerfile, "dockerfile").at(-1)?.command ?? null);
}
