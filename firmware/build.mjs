/**
 * Builds the firmware: `node firmware/build.mjs [rp2040|host|test|fuzz|all] [--install] [--check] [--seconds N]`.
 *
 * --install copies the RP2040's images into firmware/images and writes manifest.json; --check builds and
 * compares octets with what stands there. The same compiler gives the same octets on every machine: no
 * path, time or build id goes into an image.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootCrc32, toUf2 } from './uf2.mjs';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const BUILD = join(ROOT, 'build');
const IMAGES = join(ROOT, 'images');
const WARNINGS = ['-Wall', '-Wextra', '-Wconversion', '-Wshadow', '-Werror'];
const REPRODUCIBLE = [`-ffile-prefix-map=${ROOT}=`, '-Wl,--build-id=none'];
const BOOT2 = 256;

const cortex = [
  ...['-mcpu=cortex-m0plus', '-mthumb', '-ffreestanding', '-nostdlib', '-fno-tree-loop-distribute-patterns'],
  // Address 0 holds the ROM's table; gcc must not take a read of it for a mistake.
  ...['-fno-delete-null-pointer-checks', '--param=min-pagesize=0'],
];

/** What each board is made of, in a fixed order: folders of sources and how they are compiled. */
const BOARDS = {
  rp2040: {
    name: 'w5500-evb-pico',
    folders: ['core', 'boards/rp2040'],
    compiler: 'arm-none-eabi-gcc',
    flags: ['-std=c11', '-O2', ...cortex, '-isystem', 'boards/rp2040/libc'],
    link: ['-Wl,--gc-sections', '-Wl,-T,boards/rp2040/link.ld'],
    libraries: ['-lgcc'],
  },
  host: {
    name: 'host',
    folders: ['core', 'chip', 'boards/host'],
    compiler: 'cc',
    flags: ['-std=c11', '-O2', '-D_XOPEN_SOURCE=700', '-D_DARWIN_C_SOURCE'],
    link: [],
    libraries: [],
  },
};

function filesIn(folder, pattern) {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => pattern.test(name))
    .sort();
}

/** SHA-256 over name and content, line ends made LF, of every source that goes into the board's image. */
function sourceHash(board) {
  const hash = createHash('sha256');
  for (const name of board.folders.flatMap((folder) => filesIn(folder, /\.(c|h|S|ld)$/)).sort()) {
    const text = readFileSync(join(ROOT, name), 'utf8').replaceAll('\r\n', '\n');
    hash.update(`${name}\0${text}\0`);
  }
  return hash.digest('hex');
}

function hashDefine(board) {
  const octets = sourceHash(board).slice(0, 16).match(/../g);
  return `-DNL_SOURCE_HASH={ ${octets.map((octet) => `0x${octet}`).join(', ')} }`;
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (result.error) fail(`${command}: ${result.error.message}. Is the compiler installed?`);
  if (result.status !== 0) fail(`${command} ended with ${result.status ?? result.signal}`);
}

function output(command, args) {
  return execFileSync(command, args, { cwd: ROOT, encoding: 'utf8' });
}

function fail(message) {
  console.error(`firmware: ${message}`);
  process.exit(1);
}

function includes(board) {
  return board.folders.flatMap((folder) => ['-I', folder]);
}

/** Compiles each source by itself, so that gcc writes how much stack each function takes. */
function compile(id, board, out) {
  const objects = join(BUILD, `${id}.o`);
  rmSync(objects, { recursive: true, force: true });
  mkdirSync(objects, { recursive: true });
  return board.folders.flatMap((folder) =>
    filesIn(folder, /\.(c|S)$/).map((source) => {
      const object = join(objects, `${basename(source)}.o`);
      const own = ['-fstack-usage', '-ffunction-sections', '-fdata-sections', hashDefine(board)];
      run(board.compiler, [
        ...[...board.flags, ...WARNINGS, ...REPRODUCIBLE.slice(0, 1), ...own, ...includes(board)],
        ...['-c', source, '-o', object],
      ]);
      return object;
    }),
  );
}

function buildRp2040() {
  const board = BOARDS.rp2040;
  const elf = join(BUILD, `${board.name}.elf`);
  const bin = join(BUILD, `${board.name}.bin`);
  const objects = compile('rp2040', board);
  run(board.compiler, [
    ...[...board.flags, ...REPRODUCIBLE, ...board.link, `-Wl,-Map=${elf}.map`],
    ...['-o', elf, ...objects, ...board.libraries],
  ]);
  run('arm-none-eabi-objcopy', ['-O', 'binary', elf, bin]);
  const image = readFileSync(bin);
  image.writeUInt32LE(bootCrc32(image.subarray(0, BOOT2 - 4)), BOOT2 - 4);
  writeFileSync(bin, image);
  writeFileSync(join(BUILD, `${board.name}.uf2`), toUf2(image));
  const size = output('arm-none-eabi-size', ['-A', elf]);
  const section = (name) => Number(new RegExp(`^\\.${name}\\s+(\\d+)`, 'm').exec(size)?.[1] ?? 0);
  const ram = section('data') + section('bss');
  console.log(`rp2040: flash ${image.length}, RAM ${ram} and 8192 of stack; deepest calls below`);
  reportStack('rp2040');
}

/** The functions that take most stack. What was really used the board says itself (statistic 18). */
function reportStack(id) {
  const lines = filesIn(`build/${id}.o`, /\.su$/).flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8').trim().split('\n').filter(Boolean),
  );
  const frames = lines.map((line) => line.split('\t')).map(([name, octets, kind]) => ({
    name: name.split(':').pop(),
    octets: Number(octets),
    kind,
  }));
  if (frames.some(({ kind }) => kind !== 'static')) fail('a function takes stack without bound');
  frames.sort((a, b) => b.octets - a.octets);
  for (const { name, octets } of frames.slice(0, 5)) console.log(`  ${octets} octets  ${name}`);
}

const TARGETS = { rp2040: buildRp2040 };

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

mkdirSync(BUILD, { recursive: true });
const target = process.argv[2] ?? 'all';
TARGETS[target]();
