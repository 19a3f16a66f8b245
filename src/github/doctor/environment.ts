import type { Environment } from "../environment.js";
import { remarksAbout, type Remark } from "./remark.js";

/** A secret that is shorter can be guessed from one delivery. */
const SHORTEST_SECRET = 16;

/** What can be seen without asking anybody. No values of secrets. */
export function environmentRemarks({ credentials, publicUrl, store }: Environment): readonly Remark[] {
  const { ok, warning } = remarksAbout("environment");
  const [secret = "", previous] = credentials?.webhookSecrets ?? [];
  const remarks = [ok("APP_ID, private key and webhook secret can be used.")];
  if (secret.length < SHORTEST_SECRET)
    remarks.push(
      warning(
        `WEBHOOK_SECRET has fewer than ${SHORTEST_SECRET} characters.`,
        "Choose a long random text (openssl rand -hex 32), and enter it on the App's page too.",
      ),
    );
  if (previous !== undefined)
    remarks.push(
      warning("WEBHOOK_SECRET_PREVIOUS is set, so that two secrets are taken.", "Remove it once GitHub signs with the new one."),
    );
  if (publicUrl === null)
    remarks.push(
      warning(
        "PUBLIC_URL is not set, so that it cannot be compared with the webhook's address.",
        "Set it to the address under which GitHub reaches this App.",
      ),
    );
  else if (publicUrl.startsWith("http:") && !isLocal(publicUrl))
    remarks.push(warning("PUBLIC_URL is not https.", "Put a proxy with a certificate before the App."));
  remarks.push(
    "databaseUrl" in store
      ? ok("The store is PostgreSQL.")
      : ok(`The store is embedded, in ${store.dataDirectory}; for production PostgreSQL is better (DATABASE_URL).`),
  );
  return remarks;
}

function isLocal(url: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname);
}
