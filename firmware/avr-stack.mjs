/**
 * How deep an AVR's stack can be: the frames of its functions, as the compiler tells them (.su), along the deepest
 * way through its calls, as the objects' relocations tell those: gcc 5 writes no call graph. A call through a pointer
 * may go to each function of the tables that the caller reads, and of those that nobody calls through where they are
 * read, for they are handed about.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Allowances for the compiler's and libc's own functions, of which no frame is told: what they push and call. */
const LIBRARY = [
  [/^(__u?(div|mod|mul)\w*di|eeprom_)/, 40],
  [/^(__(u?(div|mod|mul)|bswap|l?ash|lshr|cmp|sub)|mem(cpy|set)$)/, 8],
];
const DATA = /^RELOCATION RECORDS FOR \[\.(?:rodata|data|progmem\.data)[.\w]*\.(\w+)\]/;

/** `.text.name+0x8` and `name` are the same function. */
const bare = (symbol) => symbol.replace(/^\.text\./, '').replace(/[-+]0x[0-9a-f]+$/, '');

const objdump = (...args) =>
  execFileSync('avr-objdump', args, { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n');

function framesOf(object) {
  const file = object.replace(/o$/, 'su');
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => line.split('\t')).map(([at, n]) => [at.split(':').pop(), +n]));
}

/** The functions of an object, with the symbols that each refers to. */
function functionsOf(object) {
  const frames = framesOf(object);
  const functions = [];
  for (const line of objdump('-dr', object)) {
    const name = /^[0-9a-f]+ <([^>.]\S*)>:$/.exec(line)?.[1];
    const symbol = /: R_AVR_\w+\s+(\S+)$/.exec(line)?.[1];
    const current = functions.at(-1);
    if (name !== undefined) {
      const octets = frames.get(name) ?? 0;
      functions.push({ name, object, octets, refers: new Set(), indirect: false });
    } else if (symbol !== undefined) current?.refers.add(bare(symbol));
    else if (/\te?icall/.test(line) && current !== undefined) current.indirect = true;
  }
  return functions;
}

/** Data that holds addresses of functions: its name, and theirs. */
function tablesOf(object) {
  const tables = [];
  let name;
  for (const line of objdump('-r', object)) {
    if (line.startsWith('RELOCATION')) name = DATA.exec(line)?.[1];
    const symbol = /^[0-9a-f]+ R_AVR_16_PM\s+(\S+)/.exec(line)?.[1];
    if (name === undefined || symbol === undefined) continue;
    const table = tables.find((each) => each.name === name);
    if (table === undefined) tables.push({ name, object, members: [bare(symbol)] });
    else table.members.push(bare(symbol));
  }
  return tables;
}

const reads = (node, { name, object }) =>
  node.object === object &&
  [...node.refers].some((each) => each === name || each.endsWith(`.${name}`));

function connect(objects) {
  const nodes = objects.flatMap(functionsOf);
  const tables = objects.flatMap(tablesOf);
  const find = (object, name) =>
    nodes.find((each) => each.name === name && each.object === object) ??
    nodes.find((each) => each.name === name);
  const members = ({ object, members }) => members.map((name) => find(object, name));
  const called = tables.filter((table) => nodes.some((n) => n.indirect && reads(n, table)));
  const handed = tables.filter((table) => !called.includes(table)).flatMap(members);
  for (const node of nodes) {
    const direct = [...node.refers].map((name) => find(node.object, name));
    const own = called.filter((table) => reads(node, table)).flatMap(members);
    const next = node.indirect ? [...direct, ...own, ...handed] : direct;
    node.calls = next.filter((each) => each !== undefined && each !== node);
    const used = LIBRARY.find(([name]) => [...node.refers].some((each) => name.test(each)));
    node.library = used?.[1] ?? 0;
  }
  return nodes;
}

const deepestOf = (ways) =>
  ways.reduce((most, each) => (each.octets > most.octets ? each : most), { octets: 0, path: [] });

/**
 * @param objects paths; the compiler told its frames beside each
 * @returns the deepest way from `main`, with the deepest interrupt on top of it: `{ octets, path }`
 * @throws Error where a function may call itself
 */
export function avrStack(objects) {
  const nodes = connect(objects);
  const depths = new Map();
  const visit = (node, way) => {
    if (way.includes(node)) throw new Error(`${node.name} may call itself`);
    if (depths.has(node)) return depths.get(node);
    const below = deepestOf(node.calls.map((each) => visit(each, [...way, node])));
    const octets = node.octets + Math.max(below.octets, node.library);
    const found = { octets, path: [node.name, ...below.path] };
    depths.set(node, found);
    return found;
  };
  const from = (name) =>
    deepestOf(nodes.filter((node) => name.test(node.name)).map((node) => visit(node, [])));
  const [program, interrupt] = [from(/^main$/), from(/^__vector_/)];
  return {
    octets: program.octets + interrupt.octets,
    path: [...program.path, ...interrupt.path],
  };
}
