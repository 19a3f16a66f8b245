import { expect, it } from "vitest";
import { isInverseName, isMutatingName, namelessOperation } from "../../../src/model/effects/verbs.js";

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
  ["WalletService/AuthoriseFunds", true],
  ["accounts.withdraw", true],
  ["getDeposits", false],
  ["stock.level", null],
  ["payment", null],
  ["product-validate", false],
  ["order_items.check", false],
  ["inventory-count", null],
  ["payment-verify-and-charge", true],
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

it.each([
  ["GET /orders/:id", "GET /orders/:"],
  ["GET /:tenant/orders/:orderId/lines", "GET /:/orders/:/lines"],
  ["GET /:from-:to", "GET /:-:"],
  ["orders:cancel", "orders:cancel"],
  ["POST /v1/orders:batchGet", "POST /v1/orders:batchGet"],
])("%s without the names of its parameters is %s", (operation, expected) => {
  expect(namelessOperation(operation)).toBe(expected);
});
