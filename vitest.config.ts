import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/no-network.ts"],
    // Processes, not threads: a test may change its directory, and the code under test starts worker threads itself.
    pool: "forks",
    // Files share the processes: half of the time went into loading and compiling the same modules for each file anew.
    isolate: false,
    // One more than the cores of the smallest machine: half of the time is waiting for processes and clocks.
    maxWorkers: 3,
    // What hangs fails in the end; what is slow, on a machine that does much else, does not.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    teardownTimeout: 5_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // What a test prints must not depend on the terminal or the place it runs in.
    env: { TZ: "UTC", LC_ALL: "C", NO_COLOR: "1" },
  },
});
