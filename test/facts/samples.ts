/**
 * One valid file of each format, by a path that its extractor accepts. The shared test of all extractors cuts them off
 * and fills them with garbage; a new extractor adds its sample here.
 */
export const samples: ReadonlyMap<string, string> = new Map([
  [
    "services/orders/Dockerfile",
    `FROM node:22 AS build
WORKDIR /app
COPY package.json ./
COPY services/orders services/orders
RUN <<EOF
npm ci
EOF
FROM node:22-slim
ENV PORT=3000 DB_NAME="orders_db"
COPY --from=build /app/dist ./dist
EXPOSE 3000
CMD ["node", "dist/main.js"]
`,
  ],
  [
    "services/orders/.env",
    `# database
export DB_HOST=orders-db
DATABASE_URL="postgres://orders:secret@\${DB_HOST}:5432/orders_db" # the own one
KEY='one
two'
`,
  ],
  [
    "services/orders/package.json",
    `{
  "name": "@shop/orders",
  "private": true,
  "main": "dist/index.js",
  "exports": { ".": { "import": "./dist/index.mjs" }, "./events": "./dist/events.js" },
  "scripts": { "deploy": "skaffold run -f skaffold.yaml", "test": "vitest" },
  "dependencies": { "kafkajs": "^2.0.0" },
  "devDependencies": { "vitest": "^4.0.0" }
}
`,
  ],
  [
    "services/orders/prisma/schema.prisma",
    `generator client {
  provider = "prisma-client-js"
}

datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model Order {
  id Int @id // key
  @@map("orders")
}
`,
  ],
  [
    "proto/orders.proto",
    `syntax = "proto3";
package shop.orders.v1;
import "google/protobuf/empty.proto";
service Orders {
  // creates one
  rpc Create (CreateOrder) returns (Order) { option (x) = { y: 1 }; }
  rpc Get (GetOrder) returns (stream Order);
}
message Order { string id = 1; }
`,
  ],
  [
    "scripts/deploy.sh",
    `#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/.."
for service in orders inventory; do
  kubectl apply -f "k8s/$service.yaml"
done
ssh deploy@shop.example <<'EOF'
  docker compose up -d
EOF
`,
  ],
  [
    "Makefile",
    `CHART := charts/shop

.PHONY: deploy
deploy: build
\thelm upgrade --install shop $(CHART) \\
\t  --values values.yaml

build:
\tdocker build -t shop/orders services/orders
`,
  ],
  [
    "tsconfig.json",
    `{
  // paths of the workspace
  "extends": "./tsconfig.base.json",
  "compilerOptions": { "baseUrl": ".", "paths": { "@shop/*": ["libs/*/src"] }, },
}
`,
  ],
]);
