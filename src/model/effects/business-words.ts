import type { LibraryPath } from "../code/denotation.js";

/** Calls that make a table known: what they give is an entity like a class with a decorator. */
export const TABLE_MAKERS: readonly { readonly modules: RegExp; readonly path: RegExp }[] = [
  { modules: /^mongoose$/, path: /(^|\.)model\(\)$/ },
  { modules: /^@typegoose\/typegoose$/, path: /getModelForClass\(\)$/ },
  { modules: /^sequelize$/, path: /\.?define\(\)$/ },
  { modules: /^drizzle-orm(\/|$)/, path: /^(default\.)?(pg|mysql|sqlite)Table\(\)$/ },
  { modules: /^(typeorm|@mikro-orm\/core)$/, path: /EntitySchema#$/ },
];

/** Names by which states of the business go. */
export const STEM = /(status|state|tier|stage|plan|category|phase|type|method|kind)$/i;

/** What any system has, whatever its business is. */
const TECHNICAL =
  /^(base|abstract|generic|common|shared|core|app|log(ger|ging)?|http|error|exception|auth\w*|token|jwt|permission|role|config\w*|setting|env\w*|cache|redis|kafka|rabbit\w*|amqp|nats|sqs|queue|topic|transport|event|message|bus|job|outbox|inbox|processed|idempoten\w*|audit|migration|health|metric|trac(e|ing)|telemetry|sort|mime|content|file|media|node|grpc|rpc|db|database|circuit|connection|socket|gateway|web|admin|api|server|service|worker|backend|frontend|test|mock)$/i;

/** The first words say what a thing is about: `OutboxMessage`, `LogLevel`, `AbstractRepository`. */
export function isTechnical(name: string): boolean {
  const [first = ""] = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").split(/[^A-Za-z0-9]+/);
  return (
    TECHNICAL.test(first) ||
    TECHNICAL.test(first.replace(/(es|s)$/, "")) ||
    /(Guard|Strategy|Middleware|Interceptor|Filter|Pipe|Dto|Logger|Exception|Error|Token|Jwt)$/.test(name)
  );
}

const TECHNICAL_PATH =
  /(^|[/._-])(dtos?|contracts?|types?|interfaces?|guards?|auth|authn|authz|authentication|authorization|config|configuration|settings|log|logs|logger|logging|tracing|telemetry|observability|metrics|filters?|interceptors?|decorators?|pipes?|middlewares?|transports?|messaging|health|errors?|exceptions?|proto|protos|generated|gen|schemas?|validation|validators?)([/._-]|$)/i;

/** Files of what every service needs: shapes, access, logs, settings. */
export function isTechnicalPath(path: string): boolean {
  return TECHNICAL_PATH.test(path);
}

/** Files of what lets requests in or keeps them out. */
export function isGuardPath(path: string): boolean {
  return /(^|[/._-])(guards?|auth|authn|authz|authentication|authorization|middlewares?)([/._-]|$)/i.test(path);
}

export function handlersOfCommands(decorator: LibraryPath | null): boolean {
  return decorator?.module === "@nestjs/cqrs" && /(^|\.)CommandHandler(\(\))?$/.test(decorator.path);
}
