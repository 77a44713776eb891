/**
 * `npm run --silent bench -- [NAME …] [--board BOARD] [--json] [--quick]`: runs the benchmarks named, or all; `emulator`
 * with another board than the recommended one. With `--json`
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
  'watch',
  'grade',
  'flash',
  'remote',
  'reconnect',
] as const;

async function load(name: string): Promise<Benchmark> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const url = new URL(`./${name}.${extension}`, import.meta.url);
  await access(url);
  const { benchmark } = (await import(url.href)) as { benchmark: Benchmark };
  return benchmark;
}

const FLAGS = ['--board', '--json', '--quick'];

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const quick = args.includes('--quick');
  const flag = args.find((arg) => arg.startsWith('--') && !FLAGS.includes(arg));
  if (flag !== undefined) {
    process.stderr.write(`no flag ${flag}: there are ${FLAGS.join(', ')}\n`);
    return 2;
  }
  const at = args.indexOf('--board');
  const board = at < 0 ? undefined : args[at + 1];
  const asked = args.filter((arg, i) => !arg.startsWith('--') && (at < 0 || i !== at + 1));
  const unknown = asked.filter((name) => !NAMES.some((n) => n === name));
  if (unknown.length > 0) {
    process.stderr.write(`no benchmark ${unknown.join(', ')}: there are ${NAMES.join(', ')}\n`);
    return 2;
  }
  const benchmarks: { name: string; figures: readonly Figure[] }[] = [];
  for (const name of asked.length > 0 ? asked : NAMES) {
    const figures = await (await load(name))(quick, board);
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
