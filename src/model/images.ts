/** What a container image is, from its name alone. */
export interface ImageName {
  /** Registry host, `null` where none is named. */
  readonly registry: string | null;
  /** Path before the last segment; empty for official images. */
  readonly owner: string;
  /** The last segment, without tag and digest. */
  readonly name: string;
  readonly tag: string | null;
  /** A variable or template stands where registry or owner would. */
  readonly variableOwner: boolean;
}

export function parseImage(text: string): ImageName | null {
  const variableOwner = /^(\$|\{\{)/.test(text.trim());
  const plain = text
    .trim()
    .replace(/@sha256:[0-9a-f]+$/i, "")
    .replace(/\$\{[^}]*\}|\{\{[^}]*\}\}|\$\([^)]*\)|\$\w+/g, "$");
  const slash = plain.lastIndexOf("/");
  const last = plain.slice(slash + 1);
  const colon = last.indexOf(":");
  const name = (colon < 0 ? last : last.slice(0, colon)).toLowerCase();
  const tag = colon < 0 ? null : last.slice(colon + 1);
  if (name === "" || /\s/.test(name)) return null;
  const path = slash < 0 ? [] : plain.slice(0, slash).split("/");
  const first = path[0];
  const registry = first !== undefined && (/[.:]/.test(first) || first === "localhost") ? first.toLowerCase() : null;
  return { registry, owner: (registry === null ? path : path.slice(1)).join("/").toLowerCase(), name, tag, variableOwner };
}

/** What an image that is not the system's own does in it. */
export type ImageRole = "record" | "cache" | "search" | "bus" | "gateway" | "tool" | "product" | "runtime";

/** A kind of well-known image: the engine for stores, and how its name is recognised. */
interface KnownImage {
  readonly pattern: RegExp;
  readonly role: ImageRole;
  readonly engine: string | null;
}

/** The most specific first: `postgres-exporter` is a tool and no database. */
const KNOWN: readonly KnownImage[] = [
  tool(/exporter|pgadmin|adminer|phpmyadmin|mongo-express|redis-?commander|redisinsight|cloudbeaver|sqlpad|pgweb|dbgate/),
  tool(
    /^(flyway|liquibase|migrate|pgbackrest|pg_?dump|postgres-backup.*|mongo-backup.*|.*-backup|.*-migrations?|.*-migrator|wait-for.*|dockerize|curl|bitnami-shell)$/,
  ),
  tool(
    /^(kafka-?ui|kafdrop|kowl|console|akhq|kafka-?manager|cmak|kafka-topics-ui|kafka-rest|kafka-connect.*|cp-kafka-connect.*|cp-enterprise-control-center|cp-ksqldb.*|schema-registry|cp-schema-registry|bull-?board|arena)$/,
  ),
  // Change data capture reads the tables of others on their behalf.
  tool(/^(debezium.*|eventuate-cdc.*|maxwell|canal-(server|adapter)|kafka-connect-debezium.*)$/),
  // An API or a view over the tables of those who own them.
  tool(/^(cube|cubejs.*|cubestore|graphql-engine|hasura.*|postgrest|prest|postgraphile|realtime|electric|powersync.*)$/),
  tool(
    /^(prometheus|grafana.*|loki|promtail|tempo|mimir|alloy|jaeger.*|all-in-one|zipkin.*|otel.*|opentelemetry-collector.*|fluentd.*|fluent-bit|filebeat|metricbeat|logstash|kibana|opensearch-dashboards|apm-server|alertmanager|cadvisor|node-exporter|datadog.*|agent|telegraf|sentry|pyroscope|seq|uptime-kuma|chronograf|kapacitor|heapster.*|kube-state-metrics|metrics-server|log-server|.*-metrics-exporter)$/,
  ),
  tool(/^(mailhog|mailpit|mailcatcher|maildev|smtp4dev|mailslurper|inbucket|greenmail|papercut)$/),
  tool(
    /^(k6|locust|artillery|gatling|jmeter|selenium.*|standalone-chrome|chrome|browserless|wiremock|mockserver|mock-server|moto|stripe-mock|toxiproxy|hoverfly|prism|cypress.*|playwright.*)$/,
  ),
  tool(
    /^(portainer.*|watchtower|dozzle|swagger-ui|redoc|sonarqube|registry|jenkins.*|gitlab-.*|drone.*|localstack.*|statsd|cert-manager.*|certbot|vault|consul|etcd|zookeeper|cp-zookeeper|nacos-server|apollo-.*|eureka.*|external-secrets|argocd|dind|docker|aws-cli|kubectl|helm|nats-box|mc|rover)$/,
  ),
  store(/postg(res|is)|^pgvector|^pg$|timescaledb|citus|spilo|alloydb|cloudnative-?pg|cockroach/, "record", "postgres"),
  store(/mysql|mariadb|percona|^tidb/, "record", "mysql"),
  store(/mongo|ferretdb|documentdb/, "record", "mongodb"),
  store(/mssql|sql-?server|azure-sql-edge/, "record", "mssql"),
  store(/^oracle|oracle-(xe|free)/, "record", "oracle"),
  store(/dynamodb/, "record", "dynamodb"),
  store(/cassandra|scylla/, "record", "cassandra"),
  store(
    /couchdb|couchbase|neo4j|arangodb|influxdb|clickhouse.*|surrealdb|rethinkdb|firebird|db2|yugabyte|rqlite|dgraph|firestore|spanner|eventstore/,
    "record",
    "other",
  ),
  store(/redis|valkey|keydb|dragonfly|memcached|hazelcast|infinispan|garnet/, "cache", "redis"),
  store(/elasticsearch|opensearch|solr|meilisearch|typesense|quickwit|qdrant|weaviate|chroma|milvus/, "search", "elasticsearch"),
  store(
    /kafka|redpanda|rabbitmq|activemq|artemis|^nats|pulsar|mosquitto|emqx|nsq|rocketmq|elasticmq|pubsub-emulator|^vernemq|servicebus-emulator|eventhubs-emulator|hivemq/,
    "bus",
    "other",
  ),
  store(/minio|seaweedfs|azurite|fake-gcs-server|s3mock|s3ninja/, "bus", "other"),
  known(
    /^(nginx.*|traefik|caddy|haproxy|envoy.*|kong.*|apisix.*|tyk.*|krakend|express-gateway|oathkeeper|openresty|httpd|ambassador|emissary|gloo|varnish|squid|pilot|proxyv2|istio.*|linkerd.*|daprd|dapr|placement|pomerium|cloudflared|ngrok|oauth2-proxy|konga|konga.*|deck)$/,
    "gateway",
  ),
  known(
    /keycloak|metabase|superset|openhim|n8n|airflow|temporal|camunda|zeebe|operate|unleash.*|flagd|flagsmith|flipt|growthbook|gitea|nextcloud|wordpress|ghost|strapi|directus|supertokens|^hydra$|^kratos$|^keto$|authentik|authelia|zitadel|fusionauth|casdoor|matomo|plausible|posthog|umami|conductor|hearth|hapi|nocodb|appsmith|tooljet|retool|redash|rocket\.chat|mattermost|odoo|gotrue|novu|inngest|restate|orthanc|openmrs|dhis2|moodle|logto|medusa-admin/,
    "product",
  ),
  known(
    /^(node|busybox|alpine|python|golang|go|openjdk|eclipse-temurin|amazoncorretto|maven|gradle|rust|ruby|php.*|dotnet.*|sdk|aspnet|runtime|debian.*|ubuntu|distroless.*|scratch|bun|deno|oven|pnpm|cc|base|static|nodejs\d*|nonroot|wolfi-base|rockylinux|centos|fedora|swift|erlang|elixir|java\d*|tomcat|jetty|wildfly|python3.*)$/,
    "runtime",
  ),
];

/** Products that keep a database of their own, commonly called after them. */
const PRODUCTS_WITH_DATABASE =
  /^(?:openhim|openmrs|dhis2|keycloak|metabase|superset|kong|konga|gitea|wordpress|odoo|temporal|camunda|zeebe|airflow|grafana|sonarqube|nextcloud|matomo|fusionauth|zitadel|authentik|unleash|hearth|rocketchat|moodle)$/;

/** The product that a database belongs to by its name: `openhim-dev`, `keycloak_db`. */
export function productOfDatabase(name: string): string | null {
  const stem = name.toLowerCase().replace(/[_-]?(?:db|database|dev|development|prod|production|staging|core)$/g, "");
  return PRODUCTS_WITH_DATABASE.test(stem) ? stem : null;
}

/** What a well-known image is; `null` for all others, which may be the system's own. */
export function knownImage(name: string): { readonly role: ImageRole; readonly engine: string | null } | null {
  const found = KNOWN.find((known) => known.pattern.test(name));
  return found === undefined ? null : { role: found.role, engine: found.engine };
}

/** Who publishes products and nothing else: `temporalio/ui` is the product's, whatever it is called. */
const VENDORS =
  /^(?:temporalio|confluentinc|bitnami|bitnamilegacy|grafana|prom|prometheuscommunity|elastic|hashicorp|jaegertracing|openzipkin|redpandadata|provectuslabs|obsidiandynamics|linuxserver|portainer|dpage|localstack|apachepulsar|debezium|getmeili|qdrant|supabase|hasura|n8nio|langfuse|signoz|rediscommander|wurstmeister|minio|mailhog|axllent|traefik|envoyproxy|istio|goharbor|authelia|supertokens|keycloak|camunda|sonatype)$/;

/** What a well-known image is, also by who publishes it; `null` for all others, which may be the system's own. */
export function knownAs(image: ImageName): { readonly role: ImageRole; readonly engine: string | null } | null {
  const known = knownImage(image.name);
  return known === null && VENDORS.test(image.owner.split("/")[0]!) ? { role: "product", engine: null } : known;
}

const PUBLIC_REGISTRIES = new Set([
  "docker.io",
  "index.docker.io",
  "registry-1.docker.io",
  "quay.io",
  "ghcr.io",
  "public.ecr.aws",
  "mcr.microsoft.com",
  "registry.k8s.io",
  "k8s.gcr.io",
  "docker.elastic.co",
  "lscr.io",
  "registry.access.redhat.com",
  "cr.l5d.io",
  "docker.redpanda.com",
  "nvcr.io",
]);

/** A registry that only a company's own images come from: ECR, Artifact Registry, Azure, a host of their own. */
export function isPrivateRegistry(image: ImageName): boolean {
  if (image.registry === null) return false;
  if (PUBLIC_REGISTRIES.has(image.registry)) return false;
  return !(/(^|\.)gcr\.io$/.test(image.registry) && /^(google|kubernetes|istio|cloud|distroless|k8s)/.test(image.owner));
}

function tool(pattern: RegExp): KnownImage {
  return { pattern, role: "tool", engine: null };
}

function store(pattern: RegExp, role: ImageRole, engine: string): KnownImage {
  return { pattern, role, engine };
}

function known(pattern: RegExp, role: ImageRole): KnownImage {
  return { pattern, role, engine: null };
}
