/** Milliseconds of processor time that `work` takes. The clock of a busy machine says nothing: other processes run meanwhile. */
export function processorTime(work: () => void): number {
  const started = process.cpuUsage();
  work();
  return process.cpuUsage(started).user / 1_000;
}
