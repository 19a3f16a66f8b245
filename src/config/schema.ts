import { settingsShape, type Catalogue } from "./keys.js";
import { schemaOf, type Schema } from "./shape.js";

/** The settings file as JSON Schema, for editors. Shipped as schemas/settings.schema.json, which a test holds equal. */
export function settingsSchema(catalogue: Catalogue): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Faultline settings",
    ...schemaOf(settingsShape(catalogue)),
  };
}
