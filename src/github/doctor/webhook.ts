import type { Octokit } from "@octokit/rest";
import { WEBHOOK_PATH } from "../server.js";
import { remarksAbout, type Remark, type Remarks } from "./remark.js";
import type { Surgery } from "./surgery.js";

/** How long the App may take to say that it lives. In milliseconds. */
const PATIENCE = 5_000;

const APP_PAGE = 'on the App\'s page under "Webhook"';

/** Where deliveries go, whether anybody answers there, and what became of the newest. */
export async function webhookRemarks({ app, environment, now }: Surgery): Promise<readonly Remark[]> {
  const about = remarksAbout("webhook");
  const { data } = await app.rest.apps.getWebhookConfigForApp();
  const { url = "" } = data;
  if (url === "")
    return [
      about.problem(
        "The App has no webhook.",
        `Enter ${environment.publicUrl ?? "https://…"}${WEBHOOK_PATH} ${APP_PAGE}, and tick "Active".`,
      ),
    ];
  return [
    ...configured(data, environment.publicUrl, about),
    await reached(environment.publicUrl, url, about),
    await delivered(app, now, about),
  ];
}

interface HookConfig {
  readonly url?: string | undefined;
  readonly content_type?: string | undefined;
  readonly secret?: string | undefined;
  readonly insecure_ssl?: string | number | undefined;
}

function configured(
  { url = "", content_type: type, secret, insecure_ssl: insecure }: HookConfig,
  publicUrl: string | null,
  { ok, warning, problem }: Remarks,
): readonly Remark[] {
  const remarks: Remark[] = [];
  const wanted = publicUrl === null ? null : publicUrl + WEBHOOK_PATH;
  const path = URL.canParse(url) ? new URL(url).pathname : "";
  if (wanted !== null && url !== wanted)
    remarks.push(problem(`Webhooks go to ${url}, and PUBLIC_URL says ${wanted}.`, `Correct PUBLIC_URL, or the address ${APP_PAGE}.`));
  else if (!path.endsWith(WEBHOOK_PATH))
    remarks.push(
      problem(`Webhooks go to ${url}, which is not an address of this App.`, `Enter an address that ends in ${WEBHOOK_PATH} ${APP_PAGE}.`),
    );
  else remarks.push(ok(`Webhooks go to ${url}.`));
  if (secret === undefined || secret === "")
    remarks.push(problem("The webhook has no secret, so that every delivery is refused.", `Enter WEBHOOK_SECRET ${APP_PAGE}.`));
  if (type !== "json") remarks.push(problem(`Webhooks are sent as "${type ?? "form"}".`, `Choose application/json ${APP_PAGE}.`));
  if (String(insecure ?? "0") !== "0")
    remarks.push(warning("GitHub does not check the certificate of the webhook's address.", `Enable SSL verification ${APP_PAGE}.`));
  return remarks;
}

/** From this machine: GitHub's way may be another, and the deliveries tell of that. */
async function reached(publicUrl: string | null, hook: string, { ok, problem }: Remarks): Promise<Remark> {
  const base = publicUrl ?? hook.replace(/\/api\/github\/webhooks$/, "");
  const address = `${base}/healthz`;
  const advice = "Start the App, and check name, certificate and proxy on the way to it.";
  try {
    const { status } = await fetch(address, { signal: AbortSignal.timeout(PATIENCE), redirect: "manual" });
    return status === 200 ? ok(`The App answers at ${address}.`) : problem(`${address} answered ${status}.`, advice);
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    return problem(`Nobody answers at ${address} (${cause}), as seen from this machine.`, advice);
  }
}

interface Delivery {
  readonly guid: string;
  readonly status: string;
  readonly status_code: number;
  readonly delivered_at: string;
}

/** Deliveries are looked at as far back as GitHub would send them again. In milliseconds. */
const LATELY = 3 * 24 * 60 * 60 * 1_000;

/** By their newest attempts: what was sent again with success is no worry. */
async function delivered(app: Octokit, now: Date, { ok, warning, problem }: Remarks): Promise<Remark> {
  const { data } = await app.rest.apps.listWebhookDeliveries({ per_page: 100 });
  const newest = new Map<string, Delivery>();
  for (const delivery of data) {
    if (now.getTime() - Date.parse(delivery.delivered_at) < LATELY && !newest.has(delivery.guid)) newest.set(delivery.guid, delivery);
  }
  const deliveries = [...newest.values()];
  const failed = deliveries.filter(({ status_code: status }) => status < 200 || status >= 400);
  const [last] = failed;
  if (deliveries.length === 0)
    return warning(
      "GitHub has delivered nothing in the last three days.",
      "Install the App on a repository and open a pull request, then look again.",
    );
  if (last === undefined) return ok(`The last ${deliveries.length} deliveries arrived.`);
  const text = `${failed.length} of the last ${deliveries.length} deliveries failed; the newest: ${last.status.slice(0, 200)} (${last.status_code}), ${last.delivered_at}.`;
  const { advice } = ADVICE.find(({ fits }) => fits(last.status_code))!;
  return deliveries[0] === last ? problem(text, advice) : warning(text, `${advice} What was missed is sent again at the App's next sweep.`);
}

const ADVICE: readonly { readonly fits: (status: number) => boolean; readonly advice: string }[] = [
  { fits: (status) => status === 401, advice: `WEBHOOK_SECRET is not the secret ${APP_PAGE}: make them the same.` },
  {
    fits: (status) => status === 404 || status === 405,
    advice: `Something else answers there: check the address ${APP_PAGE}, and the proxy.`,
  },
  { fits: (status) => status === 413, advice: "A proxy before the App takes smaller bodies than the 25 MB of GitHub." },
  { fits: (status) => status >= 500, advice: "The App or the proxy before it failed; the App's log has the cause." },
  { fits: (status) => status >= 300 && status < 400, advice: `The address ${APP_PAGE} leads elsewhere: enter the final one.` },
  { fits: () => true, advice: "GitHub could not reach the App: check firewall, name and certificate as seen from outside." },
];
