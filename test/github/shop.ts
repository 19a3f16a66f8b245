import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Files } from "./stand-in/repositories.js";

const SHOP = path.resolve(import.meta.dirname, "../../fixtures/systems/shop");

type Texts = Readonly<Record<string, string>>;

/** The example system before its pull request, what the pull request makes of it, and what its author makes of the review. */
export function shop(): { readonly base: Files; readonly head: Files; readonly mended: Files } {
  const before = filesIn("base");
  const head = filesIn("head");
  return { base: { ...filesIn("shared"), ...before }, head, mended: mend(before, head) };
}

/** Payments are still taken at checkout, with what the review asked for. */
function mend(before: Texts, head: Texts): Texts {
  const edited = (file: string, from: string, to: string): Texts => {
    const text = head[file];
    if (text?.includes(from) !== true) throw new Error(`${file} of the example system no longer holds: ${from}`);
    return { [file]: text.replace(from, to) };
  };
  const routes = "services/orders/src/orders.routes.ts";
  const loop = /  const lines = \[\];\n[^]*?  response\.json\(lines\);/.exec(head[routes] ?? "")?.[0] ?? "the loop over lines";
  const once = /  const stock = [^]*?\n\}\);/.exec(before[routes] ?? "")?.[0].replace(/\n\}\);$/, "") ?? "";
  return {
    "docker-compose.yml": before["docker-compose.yml"] ?? "",
    [routes]: (edited(routes, loop, once)[routes] ?? "").replace("{ stockOf }", "{ stockOfMany }"),
    ...edited("services/orders/src/payments.client.ts", "{ customer, amount });", "{ customer, amount }, { timeout: 5_000 });"),
    ...edited("gateway/kong.yml", "          - POST\n", "          - POST\n        plugins:\n          - name: jwt\n"),
    ...edited(
      "deploy/mesh.yaml",
      "            host: orders\n",
      "            host: orders\n      timeout: 10s\n      retries:\n        attempts: 3\n        perTryTimeout: 3s\n",
    ),
  };
}

function filesIn(part: string): Texts {
  const folder = path.join(SHOP, part);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => path.join(entry.parentPath, entry.name)).map((file) => [path.relative(folder, file), readFileSync(file, "utf8")]),
  );
}
