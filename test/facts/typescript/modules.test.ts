import { describe, expect, test } from "vitest";
import type { SourceFact } from "../../../src/facts/source.js";
import { callsOf, localsOf, moduleOf, read, show } from "./reading.js";

/** `default of axios as http`, with `type` before it for types. */
function importsOf({ imports }: SourceFact): string[] {
  return imports.map(({ local, module, imported, typeOnly }) => `${typeOnly ? "type " : ""}${imported} of ${module} as ${local}`);
}

/** `name = value` or `name = imported of module`. */
function exportsOf({ exports }: SourceFact): string[] {
  return exports.map(({ exported, value, from }) => `${exported} = ${from === null ? show(value!) : `${from.imported} of ${from.module}`}`);
}

describe("imports", () => {
  test.each([
    [`import axios from "axios";`, ["default of axios as axios"]],
    [`import * as orders from "./orders";`, ["* of ./orders as orders"]],
    [`import axios, { AxiosError as Failure } from "axios";`, ["default of axios as axios", "AxiosError of axios as Failure"]],
    [`import { default as axios, "order-created" as created } from "m";`, ["default of m as axios", "order-created of m as created"]],
    [
      `import type { Order } from "./orders"; import { type Item, price } from "./items";`,
      ["type Order of ./orders as Order", "type Item of ./items as Item", "price of ./items as price"],
    ],
    [`import "./tracing";`, ["* of ./tracing as "]],
    [`"use strict"; "use server"; export {};`, ["* of server-only as "]],
    [`import express = require("express");`, ["* of express as express"]],
    [`import settings from "./settings.json" with { type: "json" };`, ["default of ./settings.json as settings"]],
  ])("%s", (text, expected) => {
    expect(importsOf(read(text))).toEqual(expected);
  });

  test("each on its own line", () => {
    expect(read(`import {\n  Kafka,\n  logLevel,\n} from "kafkajs";`).imports.map(({ line }) => line)).toEqual([2, 3]);
  });

  test("an alias of a namespace's member is a variable", () => {
    expect(localsOf(moduleOf(read("import Status = Orders.Status;")))).toEqual(["Status = Orders.Status"]);
  });
});

describe("require", () => {
  test.each([
    [`const axios = require("axios");`, ["* of axios as axios"]],
    [`const { Kafka, logLevel: level } = require("kafkajs");`, ["Kafka of kafkajs as Kafka", "logLevel of kafkajs as level"]],
    [`const Router = require("express").Router;`, ["Router of express as Router"]],
    [`async function load() { const axios = require("axios"); }`, ["* of axios as axios"]],
    [`async function load() { const { send } = await import("./orders.js"); }`, ["send of ./orders.js as send"]],
    [`const orders = await import("./orders.js");`, ["* of ./orders.js as orders"]],
  ])("%s", (text, expected) => {
    const fact = read(text);
    expect(importsOf(fact)).toEqual(expected);
    expect(fact.functions.flatMap(callsOf)).toEqual([]);
  });

  test("a module that is used at once stays a call", () => {
    expect(localsOf(moduleOf(read(`const app = require("express")(); const { a } = require("m").b;`)))).toEqual([
      `app = require("express")()`,
      `a = require("m").b.a`,
    ]);
  });

  test("the name of the module must be a text", () => {
    expect(localsOf(moduleOf(read("const plugin = require(path);")))).toEqual(["plugin = require(path)"]);
  });
});

describe("exports", () => {
  test.each([
    ["export const url = 'x', { a, b: [c] } = d;", ["url = url", "a = a", "c = c"]],
    [
      "export function create() {} export class Orders {} export enum Status { open }",
      ["create = create", "Orders = Orders", "Status = Status"],
    ],
    ["export interface Order { id: string } export type Id = string;", ["Order = Order", "Id = Id"]],
    ["const a = 1; export { a, a as b, a as default };", ["a = a", "b = a", "default = a"]],
    ["export default orders;", ["default = orders"]],
    ["export default { create };", ["default = { create: create }"]],
    ["export default function create() {}", ["default = create"]],
    ["export default class {}", ["default = default"]],
    ["export = orders;", ["= = orders"]],
    [`export { a, b as c, default as d } from "./m";`, ["a = a of ./m", "c = b of ./m", "d = default of ./m"]],
    [`export * from "./m"; export * as ns from "./n";`, ["* = * of ./m", "ns = * of ./n"]],
    [`export type { Order } from "./orders";`, ["Order = Order of ./orders"]],
  ])("%s", (text, expected) => {
    expect(exportsOf(read(text))).toEqual(expected);
  });
});

describe("module.exports", () => {
  test.each([
    ["module.exports = { a, b: c, ...require('./d') };", [`= = { a: a, b: c, ...require("./d") }`]],
    ["module.exports = orders;", ["= = orders"]],
    ["exports.a = 1; module.exports.b = c;", ["a = 1", "b = c"]],
    ["module.exports = exports = orders;", ["= = orders"]],
    ["exports.a = exports.b = undefined;", ["b = undefined", "a = undefined"]],
  ])("%s", (text, expected) => {
    expect(exportsOf(read(text, "orders.js"))).toEqual(expected);
  });

  test("functions are called after their property", () => {
    expect(
      read(
        "module.exports = { create: async () => pay() }; exports.handler = async (event) => pay(); module.exports.list = function () {};",
        "orders.js",
      ).functions.map(({ name }) => name),
    ).toEqual(["(module)", "create", "handler", "list"]);
  });
});

test("a namespace's code is the module's", () => {
  const fact = read("export namespace Orders { export const topic = 'orders'; connect(); }");
  expect(localsOf(moduleOf(fact))).toEqual([`topic = "orders"`]);
  expect(callsOf(moduleOf(fact))).toEqual(["connect()"]);
});
