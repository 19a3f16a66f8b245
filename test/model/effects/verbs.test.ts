import { expect, it } from "vitest";
import { isInverseName, isMutatingName } from "../../../src/model/effects/verbs.js";

it.each([
  ["getPayment", false],
  ["get_payment", false],
  ["payments.find", false],
  ["charge.get", false],
  ["findCharge", false],
  ["OrdersService/ListOrders", false],
  ["createOrder", true],
  ["order.created", true],
  ["payments.charge", true],
  ["PaymentsService/Charge", true],
  ["stock.level", null],
  ["payment", null],
])("%s changes state: %s", (name, expected) => {
  expect(isMutatingName(name)).toBe(expected);
});

it.each([
  ["DELETE /reservations/:id", true],
  ["refundPayment", true],
  ["releaseStock", true],
  ["order.cancel", true],
  ["POST /charges", false],
  ["createOrder", false],
])("%s takes something back: %s", (name, expected) => {
  expect(isInverseName(name)).toBe(expected);
});
