/**
 * `npm run --silent bench -- [NAME …] [--json] [--quick]`: runs the benchmarks named, or all. With `--json`
 * it prints one document and nothing else; with `--quick` it shows that each works, with figures that mean
 * little.
 */
import { access } from 'node:fs/promises';
import { cpus } from 'node:os';
import { type Benchmark, describe, type Figure } from './figure.ts';

const NAMES = [
  'emulator',
  'link',
  'cli',
  'tcp',
  'netsim',
  'fairness',
  'connections',
  'scaling',
] as const;

async function load(name: string): Promise<Benchmark> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const url = new URL(`./${name}.${extension}`, import.meta.url);
  await access(url);
  const { benchmark } = (await import(url.href)) as { benchmark: Benchmark };
  return benchmark;
}

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const quick = args.includes('--quick');
  const flag = args.find((arg) => arg.startsWith('--') && arg !== '--json' && arg !== '--quick');
  if (flag !== undefined) {
    process.stderr.write(`no flag ${flag}: there are --json, --quick\n`);
    return 2;
  }
  const asked = args.filter((arg) => !arg.startsWith('--'));
  const unknown = asked.filter((name) => !NAMES.some((n) => n === name));
  if (unknown.length > 0) {
    process.stderr.write(`no benchmark ${unknown.join(', ')}: there are ${NAMES.join(', ')}\n`);
    return 2;
  }
  const benchmarks: { name: string; figures: readonly Figure[] }[] = [];
  for (const name of asked.length > 0 ? asked : NAMES) {
    const figures = await (await load(name))(quick);
    benchmarks.push({ name, figures });
    if (!json)
      process.stdout.write(`${name}\n${figures.map((f) => `  ${describe(f)}\n`).join('')}`);
  }
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length };
  if (json)
    process.stdout.write(`${JSON.stringify({ machine, quick, benchmarks }, undefined, 2)}\n`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
