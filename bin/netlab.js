#!/usr/bin/env node
// Answers what needs no command by itself, so that it costs little more than Node's own start.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [first] = process.argv.slice(2);

if (first === '--version' || first === '-v') {
  const { name, version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  process.stdout.write(
    `${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`,
  );
} else {
  const { main } = await import('../dist/src/cli/main.js');
  await main(process.argv.slice(2), root);
}
