import type { Database } from "./database.js";
import { StoreError } from "./store.js";

/** Each is applied once, in this order. What has been released is never edited: add another. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE faultline.delivery (
    id text PRIMARY KEY,
    event text NOT NULL,
    action text,
    received_at timestamptz NOT NULL
  );
  CREATE INDEX delivery_received ON faultline.delivery (received_at);

  CREATE TABLE faultline.fact (
    key text PRIMARY KEY,
    packed text NOT NULL,
    used_on date NOT NULL DEFAULT current_date
  );
  CREATE INDEX fact_used ON faultline.fact (used_on);

  CREATE TABLE faultline.run (
    repository text NOT NULL,
    installation bigint NOT NULL,
    number integer,
    base text NOT NULL,
    head text NOT NULL,
    settings text NOT NULL,
    rerun text,
    check_run bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('in_progress', 'completed')),
    conclusion text,
    started_at timestamptz NOT NULL,
    completed_at timestamptz,
    reviewed boolean NOT NULL,
    packed_report text
  );
  CREATE UNIQUE INDEX run_key ON faultline.run (repository, head, base, settings, COALESCE(number, 0), COALESCE(rerun, ''));
  CREATE INDEX run_pull_request ON faultline.run (repository, number);
  CREATE INDEX run_unfinished ON faultline.run (started_at) WHERE state = 'in_progress';
  CREATE INDEX run_reported ON faultline.run (completed_at) WHERE packed_report IS NOT NULL;

  CREATE TABLE faultline.waiver (
    repository text NOT NULL,
    number integer NOT NULL,
    fingerprint text NOT NULL,
    reason text NOT NULL,
    author text NOT NULL,
    at timestamptz NOT NULL,
    until text,
    PRIMARY KEY (repository, number, fingerprint)
  );

  CREATE TABLE faultline.answered (
    key text PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now()
  );

  CREATE TABLE faultline.audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    repository text NOT NULL,
    action text NOT NULL,
    detail text NOT NULL
  );
  CREATE INDEX audit_repository ON faultline.audit (repository, id);
  `,
  `
  CREATE INDEX run_check_run ON faultline.run (repository, check_run);
  CREATE INDEX run_recent ON faultline.run (repository, started_at);

  CREATE TABLE faultline.system (
    repository text PRIMARY KEY,
    installation bigint NOT NULL,
    commit text NOT NULL,
    at timestamptz NOT NULL,
    packed_report text NOT NULL
  );

  CREATE TABLE faultline.debt_step (
    repository text NOT NULL,
    installation bigint NOT NULL,
    commit text NOT NULL,
    at timestamptz NOT NULL,
    introduced integer NOT NULL,
    fixed integer NOT NULL,
    open integer NOT NULL,
    PRIMARY KEY (repository, commit)
  );
  CREATE INDEX debt_step_at ON faultline.debt_step (repository, at);
  `,
  `
  CREATE TABLE faultline.budget (
    installation bigint NOT NULL,
    resource text NOT NULL,
    most integer NOT NULL,
    remaining integer NOT NULL,
    renewed_at timestamptz NOT NULL,
    PRIMARY KEY (installation, resource)
  );

  CREATE TABLE faultline.pause (
    installation bigint PRIMARY KEY,
    until timestamptz NOT NULL
  );
  `,
  `
  CREATE TABLE faultline.queued_check (
    installation bigint NOT NULL,
    repository text NOT NULL,
    number integer NOT NULL,
    head text NOT NULL,
    check_run bigint,
    settled boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (repository, number, head)
  );
  `,
  `
  CREATE TABLE faultline.extension (
    installation bigint NOT NULL,
    repository text NOT NULL,
    extended text NOT NULL,
    path text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (repository, extended, path)
  );
  CREATE INDEX extension_extended ON faultline.extension (extended);
  `,
  `
  ALTER TABLE faultline.queued_check ADD COLUMN external_id text;
  `,
];

/** Any number will do, as long as it is always the same. */
const LOCK = 7_320_518;

/** Brings the tables up to date. Of several processes that start at once, one does it and the others wait. */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async ({ query }) => {
    await query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    await query("CREATE SCHEMA IF NOT EXISTS faultline");
    await query("CREATE TABLE IF NOT EXISTS faultline.migration (id integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())");
    const [row] = await query("SELECT COALESCE(max(id), 0)::int AS done FROM faultline.migration");
    const done = Number(row?.done);
    if (done > MIGRATIONS.length)
      throw new StoreError(
        "The database was written by a newer version of Faultline. Install that version again, or use another database.",
      );
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index < done) continue;
      await query(sql);
      await query("INSERT INTO faultline.migration (id) VALUES ($1)", [index + 1]);
    }
  });
}
