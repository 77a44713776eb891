/**
 * Builds and tests the firmware: `node firmware/build.mjs [BOARD|test|fuzz|lint|all …] [options]`.
 *
 *   --install      copies the boards' images into firmware/images and writes manifest.json
 *   --check        builds and compares octets with firmware/images; fails when they differ
 *                  (`all` passes over a board whose compiler is not installed, and says so)
 *   --seconds N    how long each fuzzer runs (10)
 *
 * The same compiler gives the same octets on every machine: no path, time or build id goes into an image.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { avrStack } from './avr-stack.mjs';
import { BOARDS, posix, sanitizers, warnings } from './boards.mjs';
import { stackDepth } from './call-graph.mjs';
import { toEspImage } from './esp-image.mjs';
import { bootCrc32, toUf2 } from './uf2.mjs';
import { examine } from './xtensa.mjs';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const BUILD = join(ROOT, 'build');
const IMAGES = join(ROOT, 'images');
const VECTORS = join(ROOT, '..', 'test', 'vectors', 'control.txt');
const BOOT2 = 256;
const STACK = 8192;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    install: { type: 'boolean' },
    check: { type: 'boolean' },
    seconds: { type: 'string', default: '10' },
  },
});

const say = (line) => process.stdout.write(`${line}\n`);

function fail(message) {
  process.stderr.write(`firmware: ${message}\n`);
  process.exit(1);
}

function run(command, args, stdio = 'inherit') {
  const result = spawnSync(command, args, { cwd: ROOT, stdio, encoding: 'utf8' });
  if (result.error) fail(`cannot run ${command}: ${result.error.message}`);
  if (result.status !== 0) fail(`${command} ended with ${result.status ?? result.signal}`);
  return result.stdout;
}

const output = (command, args) => run(command, args, ['ignore', 'pipe', 'inherit']);
const sha256 = (octets) => createHash('sha256').update(octets).digest('hex');

function filesIn(folder, pattern) {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => pattern.test(name))
    .sort();
}

const sourcesOf = (folders) => folders.flatMap((folder) => filesIn(folder, /\.[cS]$/));
const compilerOf = ({ tools }) => (tools === '' ? 'cc' : `${tools}gcc`);
const includesOf = (folders) => folders.flatMap((folder) => ['-I', folder]);

/** SHA-256 over name and content, line ends made LF, of every source that goes into the board's image. */
function sourceHash(board) {
  const hash = createHash('sha256');
  const names = board.folders.flatMap((folder) => filesIn(folder, /\.([chS]|ld)$/)).sort();
  for (const name of names) {
    hash.update(`${name}\0${readFileSync(join(ROOT, name), 'utf8').replaceAll('\r\n', '\n')}\0`);
  }
  return hash.digest('hex');
}

function sourceHashFlag(board) {
  const octets = sourceHash(board).slice(0, 16).match(/../g);
  return `-DNL_SOURCE_HASH={ ${octets.map((octet) => `0x${octet}`).join(', ')} }`;
}

/** One object a source, so that the compiler also writes how much stack each function takes. */
function compile(id) {
  const board = BOARDS[id];
  const folder = `build/${id}`;
  rmSync(join(ROOT, folder), { recursive: true, force: true });
  mkdirSync(join(ROOT, folder), { recursive: true });
  const common = [...board.flags, ...warnings, ...includesOf(board.folders), sourceHashFlag(board)];
  const own = [
    `${board.prefixMap ?? '-ffile-prefix-map'}=${ROOT}=`,
    '-fstack-usage',
    '-ffunction-sections',
    '-fdata-sections',
    ...(board.callGraph ? ['-fcallgraph-info=su'] : []),
  ];
  return sourcesOf(board.folders).map((source) => {
    const object = `${folder}/${source.replaceAll('/', '-')}.o`;
    const cold = board.cold?.sources.test(source) ? board.cold.flags : [];
    run(compilerOf(board), [...common, ...own, ...cold, '-c', source, '-o', object]);
    return object;
  });
}

/** No function may take stack without bound; what is used in all the board itself reports (statistic 18). */
function reportStack(id) {
  const lines = filesIn(`build/${id}`, /\.su$/).flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8').split('\n').filter(Boolean),
  );
  const frames = lines.map((line) => {
    const [where, octets, kind] = line.split('\t');
    return { name: where.split(':').pop(), octets: Number(octets), kind };
  });
  const unbounded = frames.find(({ kind }) => kind !== 'static');
  if (unbounded) fail(`${unbounded.name} takes stack without bound`);
  frames.sort((a, b) => b.octets - a.octets);
  const deepest = frames.slice(0, 3).map(({ name, octets }) => `${name} ${octets}`);
  say(`${id}: largest stack frames: ${deepest.join(', ')} octets`);
  if (!BOARDS[id].callGraph) return;
  const graphs = filesIn(`build/${id}`, /\.ci$/).map((file) =>
    readFileSync(join(ROOT, file), 'utf8'),
  );
  const depth = stackDepth(graphs);
  if (depth > STACK) fail(`the stack may be ${depth} octets deep, and has ${STACK}`);
  say(`${id}: stack at most ${depth} octets deep`);
}

/** The deepest way through the calls has to fit beside the data. */
function reportAvrStack(id, room) {
  const objects = filesIn(`build/${id}`, /\.o$/).map((object) => join(ROOT, object));
  const { octets, path } = avrStack(objects);
  say(`${id}: stack at most ${octets} of ${room} octets deep: ${path.join(' > ')}`);
  if (octets > room) fail(`${id}: the stack may grow into the data`);
}

function ramOf({ tools, ram }, elf) {
  const sizes = output(`${tools}size`, ['-A', elf]);
  const size = (name) => Number(new RegExp(`^\\.${name}\\s+(\\d+)`, 'm').exec(sizes)?.[1] ?? 0);
  return ram.reduce((sum, name) => sum + size(name), 0);
}

const installed = (command) => !spawnSync(command, ['--version'], { stdio: 'ignore' }).error;

/** The octets of the flash that the linked program makes. */
function flashImage(board, out) {
  if (board.espChip !== undefined) {
    return toEspImage(readFileSync(join(ROOT, `${out}.elf`)), board.espChip);
  }
  if (board.formats.includes('hex')) {
    run(`${board.tools}objcopy`, ['-O', 'ihex', `${out}.elf`, `${out}.hex`]);
  }
  run(`${board.tools}objcopy`, ['-O', 'binary', `${out}.elf`, `${out}.bin`]);
  if (board.memory !== undefined) return readFileSync(join(ROOT, `${out}.bin`));
  const image = readFileSync(join(ROOT, `${out}.bin`));
  image.writeUInt32LE(bootCrc32(image.subarray(0, BOOT2 - 4)), BOOT2 - 4);
  return image;
}

function checkInstructions({ tools }, elf) {
  const sections = ['-j', '.vectors', '-j', '.text'];
  const { count, strangers } = examine(output(`${tools}objdump`, ['-d', ...sections, elf]));
  if (strangers.length > 0) fail(`not for this core: ${strangers[0]}`);
  say(`${elf}: ${count} instructions, each of the LX6 and of the LX106`);
}

function buildImage(id) {
  const board = BOARDS[id];
  const compiler = compilerOf(board);
  if (!installed(compiler)) fail(`${id} needs ${compiler}: apt-get install ${board.debian}`);
  const out = `build/${board.name}`;
  run(compiler, [...board.flags, '-o', `${out}.elf`, ...compile(id), ...board.link]);
  const image = flashImage(board, out);
  writeFileSync(join(ROOT, `${out}.bin`), image);
  if (board.formats.includes('uf2')) writeFileSync(join(ROOT, `${out}.uf2`), toUf2(image));
  const ram = ramOf(board, `${out}.elf`);
  const room = board.memory === undefined ? STACK : board.memory.ram - ram;
  say(`${id}: flash ${image.length} octets, RAM ${ram}, stack ${room}`);
  if (image.length > (board.memory?.flash ?? Infinity)) fail(`${id}: the loader has no room left`);
  reportStack(id);
  if (board.memory !== undefined) reportAvrStack(id, room);
  if (id === 'esp32') checkInstructions(board, `${out}.elf`);
}

function buildHost() {
  const board = BOARDS.host;
  run(compilerOf(board), [
    ...board.flags,
    '-o',
    `build/${board.name}`,
    ...compile('host'),
    ...board.link,
  ]);
  say(`host: firmware/build/${board.name}`);
}

/** The unit tests and the fuzzers run with each store. */
const STORES = ['whole', 'streamed'];
const bench = (store) => ['core', store, 'model', 'test', `test-${store}`];

function test() {
  for (const store of STORES) {
    const flags = ['-std=c11', ...sanitizers, ...warnings, ...includesOf(bench(store))];
    run('cc', [...flags, '-o', `build/unit-tests-${store}`, ...sourcesOf(bench(store))]);
    run(join(BUILD, `unit-tests-${store}`), [VECTORS]);
  }
  testBare();
}

/** What boards without an operating system share, and the parts of theirs that this PC can run. */
function testBare() {
  const folders = ['core', 'whole', 'model', 'test-bare'];
  const flags = ['-std=c11', ...sanitizers, ...warnings, '-DNL_SOURCE_HASH={ 0 }'];
  const parts = ['boards/esp32/arithmetic.c', 'boards/esp32c3/line_words.c'];
  const sources = [...sourcesOf(folders), ...parts];
  const includes = includesOf([...folders, 'boards/shared']);
  run('cc', [...flags, ...includes, '-o', 'build/unit-tests-bare', ...sources]);
  run(join(BUILD, 'unit-tests-bare'), []);
}

/** Frames of the vectors as a first corpus: each as octets on the line, and cut for the framed mode. */
function writeCorpus(folder) {
  mkdirSync(folder, { recursive: true });
  const lines = readFileSync(VECTORS, 'utf8').split('\n');
  for (const line of lines.filter((text) => /^(frame|bad) /.test(text))) {
    const fields = line.split('|').map((field) => field.trim());
    const encoded = Buffer.from(fields.at(-1), 'hex');
    const raw = Buffer.concat([Buffer.from([1]), encoded, Buffer.from([0])]);
    writeFileSync(join(folder, sha256(raw).slice(0, 16)), raw);
    if (line.startsWith('frame')) {
      const [kind, session, seq, ack, credit] = fields[1].split(' ').map(Number);
      const head = [0x10 | kind, session >> 8, session & 255, seq, ack, credit >> 8, credit & 255];
      const frame = Buffer.concat([Buffer.from(head), Buffer.from(fields[2], 'hex')]).subarray(
        0,
        255,
      );
      const framed = Buffer.concat([Buffer.from([3, frame.length]), frame]);
      writeFileSync(join(folder, sha256(framed).slice(0, 16)), framed);
    }
  }
}

function fuzz() {
  for (const store of STORES) {
    const sources = sourcesOf(bench(store)).filter((name) => !/\/(main|test_\w+)\.c$/.test(name));
    const flags = ['-std=c11', ...sanitizers, '-fsanitize=fuzzer', ...warnings];
    for (const target of filesIn('fuzz', /\.c$/)) {
      const name = `${basename(target, '.c')}-${store}`;
      const corpus = join(BUILD, `${name}-corpus`);
      writeCorpus(corpus);
      const files = ['-o', `build/${name}`, target, ...sources];
      run('clang', [...flags, ...includesOf(bench(store)), ...files]);
      const limits = [
        `-max_total_time=${options.seconds}`,
        '-max_len=2048',
        '-timeout=10',
        '-print_final_stats=1',
      ];
      run(join(BUILD, name), [...limits, `-artifact_prefix=${BUILD}/${name}-`, corpus]);
    }
  }
}

/** The folders that no compiler of this PC takes: cppcheck and clang-format see to them. */
const BARE = [
  ...new Set(
    Object.values(BOARDS)
      .filter(({ formats }) => formats)
      .flatMap((board) => board.folders),
  ),
];

function lint() {
  const ours = [...BOARDS.host.folders, 'test', 'test-whole'];
  const hash = '-DNL_SOURCE_HASH={ 0 }';
  const flags = ['-std=c11', ...posix, hash, ...warnings, ...includesOf(ours)];
  run('clang', [...flags, '-fsyntax-only', ...sourcesOf(ours)]);
  const all = [...new Set([...ours, ...BARE, 'test-streamed', 'test-bare', 'fuzz'])];
  run('cppcheck', [
    ...['--std=c11', '--error-exitcode=1', '--inline-suppr', '--quiet'],
    ...['--enable=warning,performance,portability', hash],
    ...includesOf([...BARE, 'model']),
    ...all.filter((folder) => folder !== 'fuzz' && folder !== 'test-bare'),
  ]);
  const files = all.flatMap((folder) => filesIn(folder, /\.[ch]$/));
  run('clang-format', ['--dry-run', '--Werror', ...files]);
}

function describe(board, file) {
  const octets = readFileSync(join(BUILD, file));
  const constant = (name) => {
    const text = readFileSync(join(ROOT, 'core/version.h'), 'utf8');
    return new RegExp(`${name}\\s*=?\\s*"?([\\w.]+)`).exec(text)[1];
  };
  return {
    board: board.name,
    file,
    format: file.split('.').pop(),
    version: constant('NL_FIRMWARE_VERSION'),
    protocol: Number(constant('NL_PROTOCOL_VERSION')),
    size: octets.length,
    sha256: sha256(octets),
    sourceHash: sourceHash(board),
    compiler: output(compilerOf(board), ['--version']).split('\n')[0],
  };
}

const filesOf = (board) => board.formats.map((format) => `${board.name}.${format}`);
const readManifest = () => JSON.parse(readFileSync(join(IMAGES, 'manifest.json'), 'utf8'));
const hasManifest = () => existsSync(join(IMAGES, 'manifest.json'));

/** The boards' images; what the manifest says of other boards stays. */
function install(boards) {
  const names = boards.map(({ name }) => name);
  const kept = (hasManifest() ? readManifest().images : []).filter((e) => !names.includes(e.board));
  const fresh = boards.flatMap((board) => filesOf(board).map((file) => describe(board, file)));
  const order = IMAGED.map((id) => BOARDS[id].name);
  const images = [...kept, ...fresh].sort(
    (a, b) => order.indexOf(a.board) - order.indexOf(b.board),
  );
  for (const file of boards.flatMap(filesOf)) {
    writeFileSync(join(IMAGES, file), readFileSync(join(BUILD, file)));
  }
  writeFileSync(join(IMAGES, 'manifest.json'), `${JSON.stringify({ images }, null, 2)}\n`);
  say(`installed ${fresh.map(({ file }) => file).join(', ')} and manifest.json in firmware/images`);
}

function checkFile(board, file, images) {
  const built = describe(board, file);
  const listed = images.find((image) => image.file === file);
  const path = join(IMAGES, file);
  const provided = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const differing = Object.keys(built).filter((key) => listed?.[key] !== built[key]);
  if (differing.length > 0)
    fail(`${file}: the manifest differs in ${differing.join(', ')}; run with --install`);
  if (sha256(provided) !== built.sha256)
    fail(`${file}: firmware/images holds other octets than were built`);
}

function check(boards) {
  if (!hasManifest()) fail('firmware/images has no manifest.json; run with --install');
  const { images } = readManifest();
  for (const board of boards) {
    for (const file of filesOf(board)) checkFile(board, file, images);
  }
  const names = boards.map(({ name }) => name).join(', ');
  say(`firmware/images is what these sources build: ${names}`);
}

/** The boards that have an image. */
const IMAGED = Object.keys(BOARDS).filter((id) => BOARDS[id].formats !== undefined);
const TARGETS = {
  ...Object.fromEntries(IMAGED.map((id) => [id, () => buildImage(id)])),
  ...{ host: buildHost, test, fuzz, lint },
};
const ALL = [...IMAGED, 'host', 'test'];

/** `all` is what can be built here. */
function allTargets() {
  return ALL.filter((name) => {
    const board = BOARDS[name];
    if (board === undefined || name === 'rp2040' || installed(compilerOf(board))) return true;
    say(`${name}: passed over, for it needs ${compilerOf(board)}: apt-get install ${board.debian}`);
    return false;
  });
}

const wanted = positionals.length > 0 ? positionals : ['all'];
const targets = [...new Set(wanted.flatMap((name) => (name === 'all' ? allTargets() : [name])))];
const unknown = targets.find((name) => !(name in TARGETS));
if (unknown) fail(`no target ${unknown}; there are ${Object.keys(TARGETS).join(', ')} and all`);

mkdirSync(BUILD, { recursive: true });
for (const target of targets) TARGETS[target]();
if (options.install || options.check) {
  const built = targets.filter((name) => IMAGED.includes(name));
  if (built.length === 0) {
    buildImage('rp2040');
    built.push('rp2040');
  }
  const boards = built.map((id) => BOARDS[id]);
  if (options.install) install(boards);
  if (options.check) check(boards);
}
