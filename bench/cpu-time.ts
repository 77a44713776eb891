/**
 * What this process took of a CPU, in milliseconds: on a machine that others use, a wall clock measures them too. The
 * threads that compile and collect garbage are in it.
 */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
