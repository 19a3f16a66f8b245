/** What the exit code says: the verdict, a command or settings that need correction, or a bug of ours. */
export const EXIT = { pass: 0, fail: 1, usage: 2, internal: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
