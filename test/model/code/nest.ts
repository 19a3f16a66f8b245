import { link, type Linked } from "./linked.js";

export const SERVICE = "services/orders/src/orders.service.ts";
const MODULE = "services/orders/src/orders.module.ts";

/** A service of Nest and its module, with what they need imported. */
export function nest(service: string, module: string, more: Readonly<Record<string, string>> = {}): Linked {
  return link({
    [SERVICE]: `import { Inject, Injectable } from "@nestjs/common"; import { ClientProxy, ClientGrpc, ClientKafka, Client, Transport } from "@nestjs/microservices";\n${service}`,
    [MODULE]: `import { Module } from "@nestjs/common"; import { ClientsModule, Transport, ClientProxyFactory } from "@nestjs/microservices"; import { ConfigModule, ConfigService } from "@nestjs/config";\n${module}`,
    ...more,
  });
}
