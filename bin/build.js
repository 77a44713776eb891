// Builds dist/ and oclif.manifest.json, unless they are newer than all that they are made from: npm runs
// `prepare` at each install, and npx again when it links the package for the first time.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const INPUTS = ['src', 'labs', 'bin', 'package.json', 'tsconfig.base.json', 'tsconfig.build.json'];
const OUTPUT = join(root, 'oclif.manifest.json');

/** When the newest of what lies at `path` was changed, in milliseconds; folders count, for what was removed. */
function newest(path) {
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return readdirSync(path).reduce(
    (latest, name) => Math.max(latest, newest(join(path, name))),
    own.mtimeMs,
  );
}

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const changed = Math.max(...INPUTS.map((name) => newest(join(root, name))));
if (!existsSync(OUTPUT) || !existsSync(join(root, 'dist')) || statSync(OUTPUT).mtimeMs <= changed) {
  const began = (performance.timeOrigin + performance.now()) / 1000;
  // A build never carries what its sources no longer have.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  rmSync(OUTPUT, { force: true });
  run(createRequire(import.meta.url).resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json');
  run('bin/manifest.js');
  // What was changed while it was built is built again next time.
  utimesSync(OUTPUT, began, began);
}
