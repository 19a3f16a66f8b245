import { rmSync } from "node:fs";
import { main } from "../../src/cli/main.js";
import type { Output, Terminal } from "../../src/cli/terminal.js";
import { temporaryDirectory, testRepository, type TestRepository } from "../snapshot/repository.js";

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly interactive?: boolean;
  readonly columns?: number;
}

/** Runs a command line in this process, with nothing of the machine's own environment. */
export async function faultline(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const texts = { out: "", err: "" };
  const output = (name: "out" | "err"): Output => ({
    interactive: options.interactive === true,
    columns: options.columns,
    write(text) {
      texts[name] += text;
      return Promise.resolve();
    },
  });
  const home = temporaryDirectory();
  const terminal: Terminal = {
    environment: { HOME: home, ...options.environment },
    directory: options.directory ?? home,
    out: output("out"),
    err: output("err"),
    threads: false,
    today: () => "2026-01-02",
  };
  try {
    return { code: await main(args, terminal), ...texts };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const compose = (inventoryDatabase: string): string => `services:
  orders:
    build: ./orders
    environment:
      DATABASE_URL: postgres://orders:hunter2@db:5432/orders_db
  inventory:
    build: ./inventory
    environment:
      DATABASE_URL: postgres://inventory:hunter2@db:5432/${inventoryDatabase}
  db:
    image: postgres:16
`;

/** Two services; on the branch `topic` the second joins the first one's database. */
export function shop(): TestRepository {
  const repository = testRepository();
  for (const service of ["orders", "inventory"]) {
    repository.write(`${service}/Dockerfile`, "FROM node:20\nCMD node main.js\n");
    repository.write(`${service}/package.json`, JSON.stringify({ name: service, dependencies: { pg: "8" } }));
    repository.write(
      `${service}/main.js`,
      'const { Pool } = require("pg");\nconst pool = new Pool({ connectionString: process.env.DATABASE_URL });\nexports.all = () => pool.query("SELECT * FROM items");\n',
    );
  }
  repository.write("docker-compose.yml", compose("inventory_db"));
  repository.commit("Two services");
  repository.git("checkout", "--quiet", "-b", "topic");
  repository.write("docker-compose.yml", compose("orders_db"));
  repository.commit("Join the database");
  return repository;
}
