/** What the name of an operation says it does. Used where a protocol has no verb of its own. */

const READS =
  /^(gets?|list|find|fetch|search|query|read|load|count|check|exists?|is|has|validate|verify|lookup|resolve|browse|show|view|describe|ping|health|calculate|compute|estimate|quote|preview|select|retrieve|download|filter|batch_?get|multi_?get|me|whoami)$/;
const WRITES =
  /^(create|add|insert|update|upsert|set|put|post|save|store|delete|remove|destroy|cancel|release|refund|charge|pay|reserve|book|place|submit|confirm|approve|reject|capture|authori[sz]e|ship|dispatch|send|process|execute|start|stop|complete|register|assign|transfer|deduct|debit|credit|deposit|withdraw|increment|decrement|decrease|increase|apply|enable|disable|activate|deactivate|publish|record|sync|import|upload|rollback|revert|undo|void|restore|commit|change|mark|close|open|append|patch|modify|edit|issue|redeem|empty|clear|reset|generate|follow|unfollow|accept|invite|join|leave|block|unblock|lock|unlock|freeze|unfreeze|allocate|grant|revoke|archive|attach|detach|merge|purge)(d|ed)?$/;
/** Those that are never things, so that they are verbs at the end of a name too: `product-validate`. */
const ASKS_AT_ITS_END = /^(get|find|fetch|lookup|check|validate|verify)$/;

/** What undoes something that was done before. */
const INVERSES =
  /(^|[^a-z])(cancel|release|refund|roll_?back|revert|undo|void|compensat|restore|unreserve|un_?do|reverse|abort|delete|remove|deactivate|restock|unlock|free|withdraw)/;

/** Those of them that are never the deed itself: a deletion may be what the operation is about. */
const TAKES_BACK = /(^|[^a-z])(cancel|release|refund|roll_?back|revert|undo|void|compensat|unreserve|restock)/;

/** The words of a name, lower case and apart: `OrdersService.getById`, `payment.charge`, `order_created`. */
export function words(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/[^A-Za-z\d]+/g, " ")
    .trim()
    .toLowerCase();
}

/** `GET /orders/:`: what a parameter is called is the matter of a local variable. The colon of `orders:cancel` begins none. */
export function namelessOperation(operation: string): string {
  return operation.replace(/(?<![\w$]):[\w$]+/g, ":");
}

/**
 * `true` for what changes state, `false` for what only reads, `null` where the name does not tell. The verb is mostly the first
 * word of the last part (`payments.getCharge`); `charge` and `order` are things as often as deeds.
 */
export function isMutatingName(operation: string): boolean | null {
  const lastPart = operation.split(/[./:]/).findLast((part) => part !== "") ?? "";
  return verbOf(lastPart) ?? verbOf(operation);
}

function verbOf(name: string): boolean | null {
  const [first = "", ...rest] = words(name).split(" ");
  if (READS.test(first)) return false;
  if ([first, ...rest].some((word) => WRITES.test(word))) return true;
  return ASKS_AT_ITS_END.test(rest.at(-1) ?? "") ? false : null;
}

/** Whether the operation's verb takes something back: `DELETE /reservations/:id`, `refundPayment`. */
export function isInverseName(operation: string): boolean {
  return INVERSES.test(words(operation));
}

/** Whether the operation is there to take something else back: a refund, a release, a cancellation. */
export function takesBack(operation: string): boolean {
  return TAKES_BACK.test(words(operation));
}
