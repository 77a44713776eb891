/**
 * The inventory of a bench: which boards there are, how each is reached, and what is plugged into it. It is a
 * file that people write, so each flaw says where it is and what would be right. docs/bench.schema.json says the
 * same to editors.
 */
import { fail, ok, type Result } from '../base/result.ts';
import type { Fixture } from './lab.ts';
import { nearest } from './near.ts';

/** Serial number and location are the USB device's, and stay when its port gets another name. */
export type BoardPlace = {
  readonly by: 'serialNumber' | 'location' | 'path' | 'url';
  readonly value: string;
};

export type GroupFixture = (typeof GROUPS)[number];
type BoardGroups = Readonly<Partial<Record<GroupFixture, readonly string[]>>>;

export interface BenchBoard {
  readonly name: string;
  readonly place: BoardPlace;
  /** As `--board` calls it; undefined: whatever it says it is. */
  readonly kind: string | undefined;
  readonly fixtures: readonly Fixture[];
  /** The other end of its cable: `loopback`, or a board of this inventory. */
  readonly peer: string | undefined;
  /** The other boards of each, without this one. */
  readonly groups: BoardGroups;
  readonly notes: string | undefined;
}

export interface Inventory {
  readonly boards: readonly BenchBoard[];
}

export type InventoryFlaw =
  | { readonly code: 'not-json'; readonly reason: string }
  /** What stands there, and what could: both as JSON has it. */
  | {
      readonly code: 'unfit';
      readonly at: string;
      readonly found: string;
      readonly example: string;
    }
  | {
      readonly code: 'unknown-member';
      readonly at: string;
      readonly member: string;
      readonly near: string;
      readonly members: string;
    };

/** In characters; a bench of hundreds of boards is far below. */
export const INVENTORY_MAX = 262_144;
const BOARDS_MAX = 256;
const TEXT_MAX = 200;
const NOTES_MAX = 1000;
const GROUP_MAX = 3;

/** Words that `--on` and `--peer` have already, and what Windows calls its ports. */
const NAME = /^(?!(?:auto|emulated|mock|memory|replay|loopback|none|com\d+)$)[a-z][a-z0-9-]{0,31}$/;
export const isBoardName = (text: string): boolean => NAME.test(text);

const KIND = /^[a-z][a-z0-9-]{0,31}$/;
const URL_FORM = /^(rfc2217|tcp|labgrid):\/\/\S+$/;
const GROUPS = ['boards:2', 'segments:2', 'segments:3', 'segments:4'] as const;

const MEMBERS = {
  file: ['$schema', 'boards'],
  board: ['port', 'kind', 'fixtures', 'notes'],
  place: ['serialNumber', 'location', 'path', 'url'],
  fixtures: ['cable:peer', 'jumper:tx-rx', ...GROUPS],
} as const;

const EXAMPLES = {
  file: '{ "boards": { "pico-1": { "port": { "path": "/dev/ttyACM0" } } } }',
  boards: '{ "pico-1": { "port": { "path": "/dev/ttyACM0" } } }',
  board: '{ "port": { "serialNumber": "E6614103E7174A2B" }, "kind": "w5500-evb-pico" }',
  name: '"pico-1"',
  place: '{ "serialNumber": "E6614103E7174A2B" }',
  serialNumber: '"E6614103E7174A2B"',
  location: '"1-1.2"',
  path: '"/dev/ttyACM0"',
  url: '"rfc2217://192.0.2.7:4000"',
  kind: '"w5500-evb-pico"',
  fixtures: '{ "cable:peer": "loopback" }',
  peer: '"loopback"',
  jumper: 'true',
  group: '["pico-2"]',
  notes: '"third from the left"',
} as const;

class Unfit extends Error {
  readonly flaw: InventoryFlaw;

  constructor(flaw: InventoryFlaw) {
    super(flaw.code);
    this.flaw = flaw;
  }
}

/** Never throws, whatever the text is. */
export function parseInventory(text: string): Result<Inventory, InventoryFlaw> {
  if (text.length > INVENTORY_MAX) {
    return fail({ code: 'not-json', reason: `> ${INVENTORY_MAX}` });
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return fail({ code: 'not-json', reason: (error as Error).message });
  }
  try {
    return ok(inventoryOf(document));
  } catch (error) {
    if (error instanceof Unfit) return fail(error.flaw);
    throw error;
  }
}

function inventoryOf(document: unknown): Inventory {
  const { boards: listed } = members(document, '$', MEMBERS.file, EXAMPLES.file);
  if (!isObject(listed)) throw unfit('$.boards', listed, EXAMPLES.boards);
  const entries = Object.entries(listed);
  if (entries.length > BOARDS_MAX) {
    throw unfit('$.boards', entries.length, `<= ${BOARDS_MAX}`);
  }
  const names = entries.map(([name]) => name);
  return { boards: entries.map(([name, entry]) => boardOf(name, entry, names)) };
}

function boardOf(name: string, entry: unknown, names: readonly string[]): BenchBoard {
  const at = `$.boards.${name.slice(0, TEXT_MAX)}`;
  if (!isBoardName(name)) throw unfit(at, name, EXAMPLES.name);
  const { port, kind, fixtures = {}, notes } = members(entry, at, MEMBERS.board, EXAMPLES.board);
  const others = names.filter((other) => other !== name);
  return {
    name,
    place: placeOf(port, `${at}.port`),
    kind: kind === undefined ? undefined : text(kind, `${at}.kind`, KIND, EXAMPLES.kind),
    ...fixturesOf(fixtures, `${at}.fixtures`, others),
    notes: notes === undefined ? undefined : text(notes, `${at}.notes`, NOTES, EXAMPLES.notes),
  };
}

const NOTES = new RegExp(`^[^]{0,${NOTES_MAX}}$`);
const PLACES: Readonly<Record<BoardPlace['by'], RegExp>> = {
  serialNumber: /^[\x21-\x7e]{1,200}$/,
  location: /^[\w.:-]{1,200}$/,
  path: /^[^\0\r\n]{1,200}$/,
  url: URL_FORM,
};

function placeOf(port: unknown, at: string): BoardPlace {
  const place = members(port, at, MEMBERS.place, EXAMPLES.place);
  const [given, second] = Object.entries(place);
  if (given === undefined || second !== undefined) throw unfit(at, port, EXAMPLES.place);
  const by = given[0] as BoardPlace['by'];
  const value = text(given[1], `${at}.${by}`, PLACES[by], EXAMPLES[by]);
  if (value.length > TEXT_MAX) throw unfit(`${at}.${by}`, value, EXAMPLES[by]);
  return { by, value };
}

function fixturesOf(
  given: unknown,
  at: string,
  others: readonly string[],
): Pick<BenchBoard, 'fixtures' | 'peer' | 'groups'> {
  const plugged = members(given, at, MEMBERS.fixtures, EXAMPLES.fixtures);
  const { 'cable:peer': peer, 'jumper:tx-rx': jumper } = plugged;
  if (peer !== undefined && peer !== 'loopback')
    known(peer, `${at}.cable:peer`, others, EXAMPLES.peer);
  if (jumper !== undefined && jumper !== true)
    throw unfit(`${at}.jumper:tx-rx`, jumper, EXAMPLES.jumper);
  const groups: Partial<Record<GroupFixture, readonly string[]>> = {};
  for (const name of GROUPS) {
    const listed = plugged[name];
    if (listed === undefined) continue;
    const size = Number(name.at(-1)) - 1;
    groups[name] = groupOf(listed, `${at}.${name}`, size, others);
  }
  return {
    fixtures: Object.keys(plugged) as Fixture[],
    peer: peer as string | undefined,
    groups,
  };
}

function groupOf(
  listed: unknown,
  at: string,
  size: number,
  others: readonly string[],
): readonly string[] {
  const fits = Array.isArray(listed) && listed.length === size && size <= GROUP_MAX;
  if (!fits || new Set(listed).size !== size) throw unfit(at, listed, exampleGroup(size));
  for (const [i, name] of listed.entries()) known(name, `${at}[${i}]`, others, EXAMPLES.name);
  return listed;
}

const exampleGroup = (size: number): string =>
  JSON.stringify(Array.from({ length: size }, (_, i) => `pico-${i + 2}`));

function known(name: unknown, at: string, names: readonly string[], example: string): void {
  if (typeof name !== 'string' || !names.includes(name)) {
    const near = typeof name === 'string' ? nearest(name.slice(0, TEXT_MAX), names) : undefined;
    throw unfit(at, name, near === undefined ? example : JSON.stringify(near));
  }
}

function text(value: unknown, at: string, form: RegExp, example: string): string {
  if (typeof value !== 'string' || !form.test(value)) throw unfit(at, value, example);
  return value;
}

/** An object of these members and no others. */
function members(
  value: unknown,
  at: string,
  allowed: readonly string[],
  example: string,
): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw unfit(at, value, example);
  const stranger = Object.keys(value).find((name) => !allowed.includes(name));
  if (stranger !== undefined) {
    const member = stranger.slice(0, TEXT_MAX);
    const near = nearest(member, allowed) ?? '';
    throw new Unfit({ code: 'unknown-member', at, member, near, members: allowed.join(', ') });
  }
  return value;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const SHOWN_MAX = 60;

function unfit(at: string, found: unknown, example: string): Unfit {
  const shown = found === undefined ? '' : JSON.stringify(found);
  const cut = shown.length > SHOWN_MAX ? `${shown.slice(0, SHOWN_MAX)}…` : shown;
  return new Unfit({ code: 'unfit', at, found: cut, example });
}
