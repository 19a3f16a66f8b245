import { describe, expect, test } from "vitest";
import type { PrismaFact, ProtoFact } from "../../src/facts/configuration.js";
import { prisma } from "../../src/facts/prisma.js";
import { proto } from "../../src/facts/proto.js";

const readPrisma = (text: string): PrismaFact | undefined =>
  prisma.extract({ path: "schema.prisma", text }).facts[0] as PrismaFact | undefined;
const readProto = (text: string): ProtoFact => proto.extract({ path: "a.proto", text }).facts[0] as ProtoFact;

describe("Prisma", () => {
  test("reads datasource, client and models", () => {
    const fact = readPrisma(`generator client {
  provider = "prisma-client-js"
  output   = "../generated/orders"
}
generator docs { provider = "docs" }
datasource db {
  provider = "postgresql" // the own one
  url      = env("ORDERS_DATABASE_URL")
}
model Order {
  id  Int @id
  url String @default("http://x") // url = env("NO")
  @@map("orders")
  @@schema("shop")
}
model Item { id Int @id }
enum State { OPEN }
`);
    expect(fact).toMatchObject({
      provider: "postgresql",
      url: { env: "ORDERS_DATABASE_URL" },
      output: "../generated/orders",
      models: [
        { name: "Order", table: "orders", schema: "shop", lines: { startLine: 10, endLine: 15 } },
        { name: "Item", table: "Item", schema: null, lines: { startLine: 16, endLine: 16 } },
      ],
    });
  });

  test("a literal URL keeps its slashes", () => {
    expect(readPrisma('datasource db {\n  provider = "sqlite"\n  url = "file:./dev.db//x"\n}\n')?.url).toEqual({
      literal: "file:./dev.db//x",
    });
  });

  test("one of several files has no datasource", () => {
    expect(readPrisma("model Order {\n  id Int @id\n}\n")).toMatchObject({ provider: "", url: null, output: null });
  });

  test("what is not closed says where", () => {
    expect(prisma.extract({ path: "a.prisma", text: "model A {\n  id Int\n}\nmodel B {\n  id Int\n" }).unreadable).toEqual([
      { line: 4, reason: "a block without its closing brace" },
    ]);
  });
});

describe("Protobuf", () => {
  test("reads package, imports and services, and nothing that is commented or quoted", () => {
    const fact = readProto(`syntax = "proto3";
package shop.orders.v1; // package no;
import public "a.proto";
import 'b.proto';
/* service No { rpc No (A) returns (B); } */
option (x) = "service Quoted {";
message Order { string service = 1; oneof o { string rpc = 2; } }
service Orders {
  option deprecated = true;
  rpc Create (Order) returns (Order) { option (http) = { post: "/orders" }; }
  rpc Watch(stream Order) returns (stream Order);
}
service Payments { rpc Charge (Order) returns (Order) {} }
`);
    expect(fact).toMatchObject({ package: "shop.orders.v1", imports: ["a.proto", "b.proto"] });
    expect(fact.services).toEqual([
      { name: "Orders", methods: ["Create", "Watch"], lines: { startLine: 8, endLine: 12 } },
      { name: "Payments", methods: ["Charge"], lines: { startLine: 13, endLine: 13 } },
    ]);
  });

  test("a service that is not closed says where", () => {
    expect(proto.extract({ path: "a.proto", text: "package a;\nservice A {\n  rpc B (C) returns (D);\n" }).unreadable).toEqual([
      { line: 2, reason: "a service without its closing brace" },
    ]);
  });
});
