import { expect, test } from "vitest";
import { onlyMigrates } from "../../src/model/migrating.js";

test.each([
  "prisma migrate deploy",
  'sh -c "npx prisma migrate deploy"',
  "/bin/sh -ec ./wait-for-it.sh postgres:5432 && npm run db:migrate",
  "until pg_isready -h postgres; do sleep 1; done; alembic upgrade head",
  "yarn migration:run",
  "npx knex migrate:latest --env production",
  "goose up",
])("brings tables up to date and ends: %s", (command) => expect(onlyMigrates(command)).toBe(true));

test.each([
  "npx prisma migrate deploy && node dist/main.js",
  'sh -c "npm run migrate && npm start"',
  "node dist/main.js",
  "npm run start:prod",
  "sleep 5; node server.js",
])("serves: %s", (command) => expect(onlyMigrates(command)).toBe(false));

test("no command says nothing", () => expect(onlyMigrates(null)).toBe(false));
