/** Merged changes of the past, newest first, for rules about change over time. */
export interface History {
  readonly changes: readonly { readonly id: string; readonly author: string; readonly bot: boolean; readonly files: readonly string[] }[];
}
