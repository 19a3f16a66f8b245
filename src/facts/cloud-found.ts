import type { CloudDelivery, CloudMessagingFact, CloudReference, CloudResource, CloudUse, NestedStack } from "./deployment.js";
import type { Lines } from "./place.js";

/** Before the names of parameters that stacks leave to each other in SSM. */
export const PARAMETER = "ssm:";

/** What is in files that have nothing to do with messages. */
const SAYS_LITTLE: ReadonlySet<CloudResource["kind"]> = new Set(["function", "rule", "table"]);

/** What is found in one file about queues, topics and those who take messages from them. */
export class Found {
  readonly resources: CloudResource[] = [];
  readonly failures: CloudReference[] = [];
  readonly uses: CloudUse[] = [];
  readonly deliveries: CloudDelivery[] = [];
  readonly nested: NestedStack[] = [];
  readonly outputs: { name: string; value: string; exported: string | null }[] = [];
  readonly values: { name: string; value: string }[] = [];

  fails(from: string, target: string | null, lines: Lines): void {
    if (target !== null) this.failures.push({ from, target, lines });
  }

  used(kind: CloudUse["kind"], from: string, target: string | null, lines: Lines): void {
    if (target !== null) this.uses.push({ kind, from, target, variable: null, lines });
  }

  holds(variable: string, from: string, value: string | null, lines: Lines): void {
    if (value !== null && /\$\{|arn:|sqs/.test(value)) this.uses.push({ kind: "holds", from, target: value, variable, lines });
  }

  delivers(
    source: string | null,
    target: string | null,
    lines: Lines,
    { transport = null, events = [] }: Partial<Pick<CloudDelivery, "transport" | "events">> = {},
  ): void {
    if (source !== null && target !== null) this.deliveries.push({ source, target, transport, events, lines });
  }

  fact(
    lines: Lines,
    reading: Partial<Pick<CloudMessagingFact, "includes" | "functionsElsewhere" | "wholeDirectory" | "consumersInCode">> = {},
  ): readonly CloudMessagingFact[] {
    const { includes = [], functionsElsewhere = false, wholeDirectory = false, consumersInCode = false } = reading;
    const { resources, failures, uses, deliveries, nested, outputs, values } = this;
    const tells = wholeDirectory
      ? [resources, failures, uses, deliveries, nested, outputs, values].some((all) => all.length > 0)
      : failures.length > 0 ||
        deliveries.length > 0 ||
        nested.length > 0 ||
        resources.some(({ kind }) => !SAYS_LITTLE.has(kind)) ||
        uses.some(({ kind }) => kind !== "holds");
    return tells
      ? [
          {
            kind: "cloud-messaging",
            lines,
            resources,
            failures,
            uses,
            deliveries,
            nested,
            outputs,
            includes,
            functionsElsewhere,
            values,
            wholeDirectory,
            consumersInCode,
          },
        ]
      : [];
  }
}
