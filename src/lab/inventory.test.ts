import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InventoryFlaw, isBoardName, parseInventory } from './inventory.ts';

const flawOf = (document: unknown): InventoryFlaw | undefined => {
  const parsed = parseInventory(typeof document === 'string' ? document : JSON.stringify(document));
  return parsed.ok ? undefined : parsed.error;
};

const PORT = { path: '/dev/ttyACM0' };
const board = (more: Record<string, unknown>) => ({
  boards: { 'pico-1': { port: PORT, ...more } },
});
const pair = (fixtures: unknown) => ({
  boards: { 'pico-1': { port: PORT, fixtures }, 'pico-2': { port: { location: '1-1.2' } } },
});

describe('an inventory', () => {
  it('has each board with how it is reached and what is plugged into it', () => {
    const text = JSON.stringify({
      $schema: './bench.schema.json',
      boards: {
        'pico-1': {
          port: { serialNumber: 'E6614103E7174A2B' },
          kind: 'w5500-evb-pico',
          fixtures: { 'cable:peer': 'pico-2', 'jumper:tx-rx': true, 'boards:2': ['pico-2'] },
          notes: 'left',
        },
        'pico-2': { port: { url: 'rfc2217://192.0.2.7:4000' } },
      },
    });
    expect(parseInventory(text)).toEqual({
      ok: true,
      value: {
        boards: [
          {
            name: 'pico-1',
            place: { by: 'serialNumber', value: 'E6614103E7174A2B' },
            kind: 'w5500-evb-pico',
            fixtures: ['cable:peer', 'jumper:tx-rx', 'boards:2'],
            peer: 'pico-2',
            groups: { 'boards:2': ['pico-2'] },
            notes: 'left',
          },
          {
            name: 'pico-2',
            place: { by: 'url', value: 'rfc2217://192.0.2.7:4000' },
            kind: undefined,
            fixtures: [],
            peer: undefined,
            groups: {},
            notes: undefined,
          },
        ],
      },
    });
  });

  it.each<[string, unknown, string, string]>([
    ['a list', [], '$', '[]'],
    ['no boards', {}, '$.boards', ''],
    ['a board that is a text', { boards: { 'pico-1': 'COM5' } }, '$.boards.pico-1', '"COM5"'],
    ['a board without a port', { boards: { 'pico-1': {} } }, '$.boards.pico-1.port', ''],
    [
      'two ways to one board',
      board({ port: { path: 'COM5', location: '1' } }),
      '$.boards.pico-1.port',
      '{"path":"COM5","location":"1"}',
    ],
    [
      'a URL of another kind',
      board({ port: { url: 'http://a' } }),
      '$.boards.pico-1.port.url',
      '"http://a"',
    ],
    [
      'a name that --on has already',
      { boards: { auto: { port: PORT } } },
      '$.boards.auto',
      '"auto"',
    ],
    ['a name that Windows has', { boards: { com5: { port: PORT } } }, '$.boards.com5', '"com5"'],
    ['a kind that is a number', board({ kind: 3 }), '$.boards.pico-1.kind', '3'],
    [
      'a jumper that is no',
      board({ fixtures: { 'jumper:tx-rx': false } }),
      '$.boards.pico-1.fixtures.jumper:tx-rx',
      'false',
    ],
    [
      'a peer that is not there',
      pair({ 'cable:peer': 'pico-3' }),
      '$.boards.pico-1.fixtures.cable:peer',
      '"pico-3"',
    ],
    [
      'a peer that is the board itself',
      board({ fixtures: { 'cable:peer': 'pico-1' } }),
      '$.boards.pico-1.fixtures.cable:peer',
      '"pico-1"',
    ],
    [
      'a group too small',
      pair({ 'segments:3': ['pico-2'] }),
      '$.boards.pico-1.fixtures.segments:3',
      '["pico-2"]',
    ],
  ])('with %s is refused, with the place', (_, document, at, found) => {
    expect(flawOf(document)).toMatchObject({ code: 'unfit', at, found });
  });

  it('with a peer whose name is almost right suggests it', () => {
    expect(flawOf(pair({ 'cable:peer': 'pico2' }))).toMatchObject({ example: '"pico-2"' });
  });

  it('with a member too many says which, and what was meant', () => {
    expect(flawOf(board({ fixture: {} }))).toEqual({
      code: 'unknown-member',
      at: '$.boards.pico-1',
      member: 'fixture',
      near: 'fixtures',
      members: 'port, kind, fixtures, notes',
    });
  });

  it('with too many boards is refused', () => {
    const boards = Object.fromEntries(
      Array.from({ length: 257 }, (_, i) => [`b-${i}`, { port: PORT }]),
    );
    expect(flawOf({ boards })).toMatchObject({ code: 'unfit', at: '$.boards', found: '257' });
  });

  it.each([['{'], ['x'.repeat(300_000)]])('that is no JSON, or too long, is refused', (text) => {
    expect(flawOf(text)).toMatchObject({ code: 'not-json' });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => void parseInventory(text)),
      { numRuns: 300 },
    );
  });
});

/** What of JSON Schema docs/bench.schema.json uses. */
interface Schema {
  readonly $ref?: string;
  readonly type?: 'object' | 'string' | 'array';
  readonly const?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const SCHEMA: Schema = JSON.parse(
  readFileSync(new URL('../../docs/bench.schema.json', import.meta.url), 'utf8'),
);

function accepts(given: Schema, value: unknown): boolean {
  const name = given.$ref?.split('/').at(-1);
  const schema = name === undefined ? given : (SCHEMA.definitions?.[name] ?? {});
  if ('const' in schema) return value === schema.const;
  if (schema.type === 'string') {
    if (typeof value !== 'string' || value.length > (schema.maxLength ?? Infinity)) return false;
    return new RegExp(schema.pattern ?? '').test(value);
  }
  if (schema.type === 'array') return Array.isArray(value) && acceptsItems(schema, value);
  if (schema.type !== 'object') return true;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? acceptsMembers(schema, value as Record<string, unknown>)
    : false;
}

const acceptsItems = ({ items = {}, minItems = 0, maxItems = Infinity }: Schema, list: unknown[]) =>
  list.length >= minItems &&
  list.length <= maxItems &&
  new Set(list).size === list.length &&
  list.every((item) => accepts(items, item));

function acceptsMembers(schema: Schema, value: Readonly<Record<string, unknown>>): boolean {
  const { properties = {}, patternProperties = {}, required = [] } = schema;
  const names = Object.keys(value);
  if (required.some((name) => !(name in value))) return false;
  if (names.length < (schema.minProperties ?? 0)) return false;
  if (names.length > (schema.maxProperties ?? Infinity)) return false;
  return names.every((name) => {
    const pattern = Object.keys(patternProperties).find((each) => new RegExp(each).test(name));
    const member = Object.hasOwn(properties, name)
      ? properties[name]
      : patternProperties[pattern ?? ''];
    return member === undefined
      ? schema.additionalProperties !== false
      : accepts(member, value[name]);
  });
}

const word = (...likely: unknown[]) =>
  fc.oneof(fc.constantFrom(...likely), fc.jsonValue({ maxDepth: 1 }));
const place = fc.dictionary(
  fc.constantFrom('serialNumber', 'location', 'path', 'url', 'usb'),
  word('E66', '1-1.2', '/dev/ttyACM0', 'tcp://a:1', 'a b', ''),
  { maxKeys: 2 },
);
const fixtures = fc.dictionary(
  fc.constantFrom('cable:peer', 'jumper:tx-rx', 'boards:2', 'segments:3', 'hub'),
  word('loopback', true, ['b-1'], ['b-1', 'b-2']),
  { maxKeys: 3 },
);
const entry = fc.record(
  { port: fc.oneof(place, word(PORT)), kind: word('uno', 'Uno'), fixtures, notes: word('x') },
  { requiredKeys: [] },
);
const inventory = fc.record({
  boards: fc.dictionary(fc.constantFrom('b-1', 'b-2', 'auto', 'com5', 'B'), entry, { maxKeys: 3 }),
});

describe('the schema', () => {
  it('and the parser take the same, save that only the parser knows which boards there are', () => {
    fc.assert(
      fc.property(inventory, (document) => {
        const flaw = flawOf(document);
        const named = flaw?.code === 'unfit' && /cable:peer$|\[\d\]$/.test(flaw.at);
        if (!named) expect(accepts(SCHEMA, document)).toBe(flaw === undefined);
      }),
      { numRuns: 2000 },
    );
  });

  it('has the names of boards that the parser has', () => {
    const { boards } = SCHEMA.properties ?? {};
    const [pattern = ''] = Object.keys(boards?.patternProperties ?? {});
    const names = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom('auto', 'mock', 'com12', 'a-1'),
    );
    fc.assert(
      fc.property(names, (name) => {
        expect(new RegExp(pattern).test(name)).toBe(isBoardName(name));
      }),
    );
  });
});
