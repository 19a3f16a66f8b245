import type { Decorator, Expr } from "../../facts/source.js";
import type { Linking } from "./linking.js";
import { isEntity } from "./references.js";
import { calleeName } from "./sites.js";

/** Columns of which no two rows have the same values, by entity: the database refuses a second row. */
export class UniqueKeys {
  readonly #keys: ReadonlyMap<string, readonly (readonly string[])[]>;

  constructor(linking: Linking) {
    const keys = new Map<string, (readonly string[])[]>();
    const add = (entity: string, columns: readonly string[]): void => {
      if (columns.length > 0) keys.set(normal(entity), [...(keys.get(normal(entity)) ?? []), columns.map(normal)]);
    };
    // Numbers are given by the database, unless the row brings one.
    const models = linking.table.of("prisma").flatMap(({ fact }) => fact.models);
    for (const { name, table, unique } of models) {
      for (const each of new Set([name, table]))
        unique.filter((columns) => columns.join() !== "id").forEach((columns) => add(each, columns));
    }
    for (const of of linking.program.classes()) {
      const { name, fields, decorators } = of.summary;
      const isSchema =
        decorators.some((each) => /(^|\.)Schema$/.test(each.name)) || fields.some((field) => field.decorators.some(isProperty));
      if (!isSchema && !isEntity(of, linking)) continue;
      for (const field of fields) {
        if (
          field.decorators.some(
            (decorator) => /(^|\.)(PrimaryColumn|PrimaryKey|Unique)$/.test(decorator.name) || decorator.args.some(saysUnique),
          )
        )
          add(name, [field.name]);
      }
      for (const decorator of decorators) {
        const isUnique = /(^|\.)Unique$/.test(decorator.name) || (/(^|\.)Index$/.test(decorator.name) && decorator.args.some(saysUnique));
        if (isUnique) add(name, decorator.args.flatMap(namesIn));
      }
    }
    this.#addSchemas(linking, add);
    this.#keys = keys;
  }

  /** `new Schema({ orderId: { type: String, unique: true } })`, called after the model that is made of it in the same file. */
  #addSchemas({ program }: Linking, add: (entity: string, columns: readonly string[]) => void): void {
    for (const file of program.files) {
      if (!file.fact.imports.some(({ module }) => module === "mongoose")) continue;
      const sites = file.fact.functions.flatMap(({ calls }) => calls);
      const models = sites.flatMap(({ callee, args: [name] }) =>
        calleeName(callee) === "model" && name?.kind === "text" ? [name.value] : [],
      );
      const columns = sites.flatMap(({ callee, construct, args: [shape, options] }): (readonly string[])[] => {
        if (calleeName(callee) === "index" && saysUnique(options))
          return shape?.kind === "object" ? [shape.entries.map(({ key }) => key)] : [];
        if (!construct || calleeName(callee) !== "Schema" || shape?.kind !== "object") return [];
        return shape.entries.filter(({ value }) => saysUnique(value)).map(({ key }) => [key]);
      });
      for (const model of models) for (const each of columns) add(model, each);
    }
  }

  /** Whether rows of which not all columns are known may be refused the second time: the table has a key besides its numbering. */
  mayRefuse(entity: string | null): boolean {
    return this.#keys.has(normal(entity ?? ""));
  }

  /** Whether rows with these columns given are refused the second time. */
  refuse(entity: string | null, columns: ReadonlySet<string>): boolean {
    const given = new Set([...columns].map(normal));
    if (given.has("id")) return true;
    return (this.#keys.get(normal(entity ?? "")) ?? []).some((key) => key.every((column) => given.has(column)));
  }
}

/** `@prop({ unique: true })` of Typegoose, whose models need no decorator of their own. */
function isProperty({ name, args }: Decorator): boolean {
  return /(^|\.)prop$/.test(name) && args.some(saysUnique);
}

function saysUnique(value: Expr | undefined): boolean {
  return (
    value?.kind === "object" &&
    value.entries.some((entry) => entry.key === "unique" && !(entry.value.kind === "boolean" && !entry.value.value))
  );
}

function namesIn(value: Expr): readonly string[] {
  if (value.kind === "text") return [value.value];
  if (value.kind === "array") return value.items.flatMap(namesIn);
  return [];
}

/** `OrderId`, `order_id`, `orders`, `_id`: one spelling. */
function normal(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z\d]/g, "")
    .replace(/s$/, "");
}
