import { beforeAll, describe, expect, test } from "vitest";
import type { CloudMessagingFact, ServerlessFact } from "../../src/facts/deployment.js";
import { terraform } from "../../src/facts/terraform.js";

beforeAll(() => terraform.prepare?.());

const read = (
  text: string,
): { messaging: CloudMessagingFact | undefined; application: ServerlessFact | undefined; unreadable: readonly string[] } => {
  const { facts, unreadable } = terraform.extract({ path: "infra/main.tf", text });
  return {
    messaging: facts.find((fact) => fact.kind === "cloud-messaging"),
    application: facts.find((fact) => fact.kind === "serverless-application"),
    unreadable: unreadable.map(({ line, reason }) => `${line} ${reason}`),
  };
};

/** What an expression is read as, where a queue's dead letters go. */
function target(expression: string, more = ""): string | undefined {
  const { messaging, unreadable } = read(
    `resource "aws_sqs_queue" "orders" {\n  redrive_policy = jsonencode({ deadLetterTargetArn = ${expression} })\n}\n${more}`,
  );
  expect(unreadable).toEqual([]);
  return messaging?.failures[0]?.target;
}

describe("expressions", () => {
  test.each([
    ["aws_sqs_queue.dead.arn", "${aws_sqs_queue.dead.arn}"],
    ['"${aws_sqs_queue.dead.arn}"', "${aws_sqs_queue.dead.arn}"],
    ["aws_sqs_queue.dead[0].arn", "${aws_sqs_queue.dead.arn}"],
    ["aws_sqs_queue.dead[count.index].arn", "${aws_sqs_queue.dead.arn}"],
    ['local.queues["dead"].arn', "${local.queues.dead.arn}"],
    ["one(aws_sqs_queue.dead[*].arn)", "${aws_sqs_queue.dead.arn}"],
    ["try(aws_sqs_queue.dead[0].arn, null)", "${aws_sqs_queue.dead.arn}"],
    ["(var.dead_arn)", "${var.dead_arn}"],
    ["var.own ? aws_sqs_queue.dead[0].arn : null", "${aws_sqs_queue.dead.arn}"],
    ['var.own ? "" : var.dead_arn', "${var.dead_arn}"],
    ['"arn:aws:sqs:${var.region}:1:${var.stage}-dead"', "arn:aws:sqs:${var.region}:1:${var.stage}-dead"],
    ['"a\\"b\\n"', 'a"b\n'],
    ["var.own ? aws_sqs_queue.a.arn : aws_sqs_queue.b.arn", "${var.own ? aws_sqs_queue.a.arn : aws_sqs_queue.b.arn}"],
  ])("%s", (expression, expected) => {
    expect(target(expression)).toBe(expected);
  });

  test("JSON that is written out, in a string and in a heredoc", () => {
    for (const policy of [
      '"{\\"deadLetterTargetArn\\":\\"${aws_sqs_queue.dead.arn}\\",\\"maxReceiveCount\\":4}"',
      '<<-EOF\n    { "deadLetterTargetArn": "${aws_sqs_queue.dead.arn}" }\n  EOF',
    ]) {
      expect(read(`resource "aws_sqs_queue" "orders" {\n  redrive_policy = ${policy}\n}\n`).messaging?.failures[0]?.target).toBe(
        "${aws_sqs_queue.dead.arn}",
      );
    }
  });
});

test("says on which lines things stand, whatever the line ends", () => {
  const text =
    'variable "stage" {}\n\nresource "aws_sqs_queue" "orders" {\n  name = "orders"\n\n  redrive_policy = jsonencode({\n    deadLetterTargetArn = aws_sqs_queue.dead.arn\n  })\n}\n';
  for (const each of [text, text.replaceAll("\n", "\r\n"), `\uFEFF${text}`]) {
    const { messaging } = read(each);
    expect(messaging?.resources[0]).toMatchObject({ id: "aws_sqs_queue.orders", name: "orders", lines: { startLine: 3, endLine: 9 } });
    expect(messaging?.failures[0]?.lines).toEqual({ startLine: 6, endLine: 8 });
  }
});

test("names the line of what is broken, and reads what stands before it", () => {
  const { messaging, unreadable } = read(
    'resource "aws_sqs_queue" "orders" {\n  name = "orders"\n}\n\nresource "aws_sqs_queue" "dead" {\n  name = = 3\n}\n',
  );
  expect(unreadable).toEqual(["6 not valid Terraform from here on; what was understood is used"]);
  expect(messaging?.resources.map(({ id }) => id)).toContain("aws_sqs_queue.orders");
});

test("refuses a file that is too large, and leaves settings of providers alone", () => {
  expect(read(`locals {\n  a = "${"x".repeat(500_000)}"\n}\n`).unreadable).toEqual(["1 larger than Terraform is read here"]);
  expect(terraform.extract({ path: "versions.tf", text: "terraform {\n  required_version = = 1\n}\n" })).toEqual({
    facts: [],
    unreadable: [],
  });
});

describe("functions and containers", () => {
  const variables = (application: ServerlessFact | undefined): readonly string[] =>
    application?.functions.flatMap(({ name, environment }) =>
      environment.map((each) => `${name} ${each.lines.startLine} ${each.name}=${each.value}`),
    ) ?? [];

  test("find the code of a function, packed here or built before", () => {
    const archive = 'data "archive_file" "create" {\n  source_dir = "${path.module}/../services/orders/dist"\n}\n';
    const lambda = (file: string): string =>
      `resource "aws_lambda_function" "create" {\n  function_name = "\${var.stage}-create"\n  handler = "main.handler"\n  filename = ${file}\n}\n`;
    expect(read(archive + lambda("data.archive_file.create.output_path")).application?.functions[0]).toMatchObject({
      name: "create",
      handler: "main.handler",
      code: "./../services/orders",
    });
    expect(read(lambda('"../services/orders/build/create.zip"')).application?.functions[0]).toMatchObject({ code: "../services/orders" });
    expect(read(lambda("var.archive")).application?.functions[0]).toMatchObject({ code: null });
  });

  test("variables of a function, of containers, of Cloud Run, and of a module", () => {
    expect(
      variables(
        read('resource "aws_lambda_function" "create" {\n  environment {\n    variables = {\n      DB = "orders"\n    }\n  }\n}\n')
          .application,
      ),
    ).toEqual(["create 4 DB=orders"]);
    const task =
      'resource "aws_ecs_task_definition" "orders" {\n  container_definitions = jsonencode([\n    {\n      name = "orders"\n      environment = [{ name = "DB", value = "orders" }]\n      secrets = [{ name = "URL", valueFrom = aws_ssm_parameter.url.arn }, { name = "KEY", valueFrom = "arn:aws:ssm:eu-west-1:1:parameter/shop/key" }]\n    }\n  ])\n}\n';
    expect(variables(read(task).application)).toEqual([
      "orders 5 DB=orders",
      "orders 6 URL=${aws_ssm_parameter.url.arn}",
      "orders 6 KEY=${ssm:/shop/key}",
    ]);
    const run =
      'resource "google_cloud_run_v2_service" "orders" {\n  name = "orders"\n  template {\n    containers {\n      env {\n        name = "DB"\n        value = "orders"\n      }\n    }\n  }\n}\n';
    expect(variables(read(run).application)).toEqual(["orders 5 DB=orders"]);
    expect(
      variables(read('module "orders" {\n  source = "./service"\n  environment = {\n    DB = "orders"\n  }\n}\n').application),
    ).toEqual(["orders 4 DB=orders"]);
  });
});
