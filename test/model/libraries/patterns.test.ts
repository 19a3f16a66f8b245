import { describe, expect, it } from "vitest";
import { canonicalPath, compilePattern } from "../../../src/model/libraries/patterns.js";

describe("a path pattern", () => {
  it.each([
    ["create().get", "create().get", true],
    ["create().get", "create().post", false],
    ["{,create().}get", "get", true],
    ["{,create().}get", "create().get", true],
    ["{,create().}get", "extend().get", false],
    ["Kafka#producer().send", "Kafka#producer().send", true],
    ["Kafka#producer().send", "KafkaXproducer().send", false],
    ["**collection().insertOne", "MongoClient#db().collection().insertOne", true],
    ["*.find", "orders.find", true],
    ["*.find", "orders.items.find", false],
    ["", "", true],
    ["", "get", false],
  ])("%s over %s: %s", (pattern, path, matches) => {
    expect(compilePattern(pattern).match(path) !== null).toBe(matches);
  });

  it("keeps names", () => {
    expect(compilePattern("PrismaClient#<entity>.create").match("PrismaClient#order.create")?.get("entity")).toBe("order");
  });

  it("knows the last names of what matches", () => {
    expect(compilePattern("{,create().}{get,post}").lastNames).toEqual(["get", "post"]);
    expect(compilePattern("{{find,findOne}(){,.exec()},each}.{save,remove#}").lastNames).toEqual(["save", "remove"]);
    expect(compilePattern("model.{find(){,.exec},each}").lastNames).toEqual(["", "exec", "each"]);
    expect(compilePattern("PublishCommand#").lastNames).toEqual(["PublishCommand"]);
    expect(compilePattern("client().<method>").lastNames).toBeNull();
    expect(compilePattern("").lastNames).toEqual([""]);
  });
});

it("drops default from the start of a path, which is how it was imported", () => {
  expect(canonicalPath("default.post")).toBe("post");
  expect(canonicalPath("default()")).toBe("()");
  expect(canonicalPath("default.default#")).toBe("#");
  expect(canonicalPath("defaults().get")).toBe("defaults().get");
});
