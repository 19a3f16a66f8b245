// A process of its own that opens a store, says what it does on standard output, and keeps at it until it is killed.
import { openStore } from "../../build/store/open.js";

const [location, mode, pace] = process.argv.slice(2);
try {
  const store = await openStore(JSON.parse(location), { pace: JSON.parse(pace) });
  if (mode === "work") {
    await store.work(
      (job) => {
        console.log(`working on ${job.number}`);
        return new Promise(() => {});
      },
      async () => {},
      1,
    );
  }
  console.log("open");
  setInterval(() => {}, 1000);
} catch (error) {
  console.log(`${error.name}: ${error.message}`);
  process.exitCode = 3;
}
