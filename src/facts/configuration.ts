import type { Lines } from "./place.js";

/** One scalar of a settings tree, by its dotted path (`spring.datasource.url`, `orders.env.DB_HOST`). */
export interface Setting {
  readonly key: string;
  readonly value: string;
  readonly lines: Lines;
}

/**
 * Spring application.yml / .properties, appsettings.json, Helm values, and the like: scalars by dotted path. `served`: what a
 * configuration server hands to the application that the file is called after.
 */
export interface SettingsFileFact {
  readonly kind: "settings-file";
  readonly lines: Lines;
  readonly flavour: "spring" | "dotnet" | "helm-values" | "served" | "other";
  readonly settings: readonly Setting[];
}

export interface PrismaFact {
  readonly kind: "prisma";
  readonly lines: Lines;
  /** Empty where the file has no `datasource`: one of several that form a schema. */
  readonly provider: string;
  /** `env("NAME")` or a literal. */
  readonly url: { readonly env: string } | { readonly literal: string } | null;
  /** Where the generated client goes, relative to the file: the module that code imports. `null`: `@prisma/client`. */
  readonly output: string | null;
  readonly models: readonly PrismaModel[];
}

export interface PrismaModel {
  readonly name: string;
  readonly table: string;
  readonly schema: string | null;
  /** Columns of which no two rows have the same values, each key one or several of them. Ids that the database makes are left out. */
  readonly unique: readonly (readonly string[])[];
  readonly lines: Lines;
}

export interface ProtoFact {
  readonly kind: "proto";
  readonly lines: Lines;
  readonly package: string | null;
  readonly services: readonly { readonly name: string; readonly methods: readonly string[]; readonly lines: Lines }[];
  readonly imports: readonly string[];
}

export type ConfigurationFact = SettingsFileFact | PrismaFact | ProtoFact;
