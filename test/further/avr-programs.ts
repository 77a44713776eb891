/** Programs for the comparison: text for GNU as. Each ends asleep with interrupts off. */
import { below, type Rng, seededRng } from '../../src/base/random.ts';

const EDGES = [0x00, 0x01, 0x0f, 0x10, 0x7f, 0x80, 0xaa, 0xff];
/** Between r16 and r17; the result of the multiplications is in r1:r0. */
export const PAIRS = [
  ...['add', 'adc', 'sub', 'sbc', 'and', 'or', 'eor', 'cp', 'cpc', 'mov'],
  ...['mul', 'muls', 'mulsu', 'fmul', 'fmuls', 'fmulsu'],
];
export const SINGLES = ['com', 'neg', 'inc', 'dec', 'lsr', 'ror', 'asr', 'swap'];
export const IMMEDIATES = ['subi', 'sbci', 'andi', 'ori', 'cpi', 'ldi'];
export const WORDS = ['adiw', 'sbiw'];

const END = ['  cli', '  ldi r31, 1', '  out 0x33, r31', '  sleep', '1: rjmp 1b'];
/** The stack, and X to the results, which go up from the beginning of SRAM. */
const BEGIN = [
  ...['  ldi r18, 0x08', '  out 0x3e, r18', '  ldi r18, 0xff', '  out 0x3d, r18'],
  ...['  ldi r26, 0x00', '  ldi r27, 0x01'],
];
const program = (lines: readonly string[]): string =>
  ['.text', '  rjmp begin', '  .org 0x100', 'begin:', ...BEGIN, ...lines, ...END, ''].join('\n');

const keep = (...registers: string[]): string[] => registers.map((each) => `  st X+, ${each}`);
const KEEP_FLAGS = ['  in r20, 0x3f', ...keep('r20')];
const carry = (set: boolean): string => `  ${set ? 'sec' : 'clc'}`;

/** One operation at all its edges, without and with a carry, and a zero flag that was set. */
export const betweenRegisters = (op: string): string =>
  program(
    EDGES.flatMap((a) =>
      EDGES.flatMap((b) => [
        ...[`  ldi r16, ${a}`, `  ldi r17, ${b}`, '  clr r0', '  clr r1'],
        ...[carry((a ^ b) % 2 === 1), '  sez', `  ${op} r16, r17`],
        ...KEEP_FLAGS,
        ...keep('r16', 'r0', 'r1'),
      ]),
    ),
  );

export const onOneRegister = (op: string): string =>
  program(
    EDGES.flatMap((a) =>
      [false, true].flatMap((set) => [
        ...[`  ldi r16, ${a}`, carry(set), `  ${op} r16`],
        ...KEEP_FLAGS,
        ...keep('r16'),
      ]),
    ),
  );

export const withImmediate = (op: string): string =>
  program(
    EDGES.flatMap((a) =>
      EDGES.flatMap((b) => [
        ...[`  ldi r16, ${a}`, carry((a ^ b) % 2 === 0), '  sez', `  ${op} r16, ${b}`],
        ...KEEP_FLAGS,
        ...keep('r16'),
      ]),
    ),
  );

export const onWords = (op: string): string =>
  program(
    EDGES.flatMap((a) =>
      [0, 1, 32, 63].flatMap((b) => [
        ...[`  ldi r24, ${a ^ 0x55}`, `  ldi r25, ${a}`, `  ${op} r24, ${b}`],
        ...KEEP_FLAGS,
        ...keep('r24', 'r25'),
      ]),
    ),
  );

/** Memory by each pointer and mode, flash, the stack, calls, skips, bits, branches on each flag. */
export function tortureMachine(): string {
  const pointers = ['Y', 'Z'].flatMap((pointer) => {
    const low = pointer === 'Y' ? 'r28' : 'r30';
    const high = pointer === 'Y' ? 'r29' : 'r31';
    return [
      ...[`  ldi ${low}, 0x20`, `  ldi ${high}, 0x07`, '  ldi r16, 0x5a', '  ldi r17, 0xc3'],
      ...[`  st ${pointer}+, r16`, `  st -${pointer}, r17`, `  std ${pointer}+7, r16`],
      ...[`  ld r18, ${pointer}+`, `  ldd r19, ${pointer}+6`, `  ld r21, -${pointer}`],
      ...keep('r18', 'r19', 'r21', low, high),
    ];
  });
  return program([...pointers, ...flash(), ...calls(), ...bits(), ...branches()]);
}

const flash = (): string[] => [
  ...['  ldi r30, lo8(words)', '  ldi r31, hi8(words)', '  lpm', '  lpm r18, Z+', '  lpm r19, Z'],
  ...keep('r0', 'r18', 'r19', 'r30'),
  ...['  rjmp 1f', 'words: .word 0x3412, 0x7856', '1:', '  lds r18, 0x0720', '  sts 0x0730, r19'],
  ...keep('r18'),
];

const calls = (): string[] => [
  ...['  ldi r16, 7', '  push r16', '  ldi r16, 9', '  push r16', '  pop r18', '  pop r19'],
  ...keep('r18', 'r19'),
  ...[
    '  rcall routine',
    '  call routine',
    '  ldi r30, lo8(gs(routine))',
    '  ldi r31, hi8(gs(routine))',
  ],
  ...['  icall', ...keep('r22'), '  rjmp 1f', 'routine: inc r22', '  ret', '1:'],
  ...[
    '  ldi r30, lo8(gs(2f))',
    '  ldi r31, hi8(gs(2f))',
    '  ijmp',
    '  inc r22',
    '2:',
    ...keep('r22'),
  ],
  ...['  movw r2, r16', '  in r18, 0x3d', ...keep('r18')],
];

const bits = (): string[] => [
  ...['  ldi r16, 0xa5', '  bst r16, 2', '  clr r17', '  bld r17, 7', ...keep('r17')],
  ...[
    '  sbi 0x1e, 3',
    '  sbis 0x1e, 3',
    '  inc r17',
    '  sbic 0x1e, 4',
    '  inc r17',
    '  cbi 0x1e, 3',
  ],
  ...['  in r18, 0x1e', ...keep('r17', 'r18')],
  ...['  sbrc r16, 0', '  inc r17', '  sbrs r16, 0', '  jmp 9f', '  cpse r16, r17', '  inc r17'],
  ...['9:', ...keep('r17')],
];

/** All of SREG's flags, set and clear, and the branch on each. */
const branches = (): string[] =>
  [0, 1, 2, 3, 4, 5, 6].flatMap((flag) =>
    ['bset', 'bclr'].flatMap((set) => [
      ...[`  ldi r18, 1`, `  ${set} ${flag}`, `  brbs ${flag}, 1f`, '  ldi r18, 2', '1:'],
      ...[`  brbc ${flag}, 2f`, '  subi r18, -16', '2:', ...keep('r18')],
    ]),
  );

const RANDOM_OPS: readonly ((rng: Rng, n: number) => string)[] = [
  (rng) => `${PAIRS[below(rng, 10)]} r${below(rng, 26)}, r${below(rng, 32)}`,
  (rng) => `${PAIRS[below(rng, 10)]} r${below(rng, 26)}, r${below(rng, 32)}`,
  (rng) => `${SINGLES[below(rng, SINGLES.length)]} r${below(rng, 26)}`,
  (rng) =>
    `${IMMEDIATES[below(rng, IMMEDIATES.length)]} r${16 + below(rng, 10)}, ${below(rng, 256)}`,
  (rng) => `${WORDS[below(rng, 2)]} r24, ${below(rng, 64)}`,
  (rng) => `mul r${below(rng, 32)}, r${below(rng, 32)}`,
  (rng) => `movw r${2 * below(rng, 13)}, r${2 * below(rng, 16)}`,
  (rng) => `std Y+${below(rng, 64)}, r${below(rng, 32)}`,
  (rng) => `ldd r${below(rng, 26)}, Y+${below(rng, 64)}`,
  (rng) => `sts ${0x100 + below(rng, 0x600)}, r${below(rng, 32)}`,
  (rng) => `lds r${below(rng, 26)}, ${0x100 + below(rng, 0x600)}`,
  (rng) => `bset ${below(rng, 7)}`,
  (rng) => `bst r${below(rng, 32)}, ${below(rng, 8)}`,
  (rng) => `bld r${below(rng, 26)}, ${below(rng, 8)}`,
  (rng, n) => `brbs ${below(rng, 7)}, .L${n}\n  com r${below(rng, 26)}\n.L${n}:`,
  (rng) => `sbrc r${below(rng, 32)}, ${below(rng, 8)}\n  lds r${below(rng, 26)}, 0x0123`,
];

/** As many instructions by chance; X, Y and Z point to memory throughout. */
export function stream(seed: number, count: number): string {
  const rng = seededRng(seed);
  const lines: string[] = [];
  for (let register = 16; register < 26; register++) {
    lines.push(`  ldi r${register}, ${below(rng, 256)}`, `  mov r${register - 16}, r${register}`);
  }
  lines.push('  ldi r28, 0x00', '  ldi r29, 0x07', '  ldi r30, 0x00', '  ldi r31, 0x01');
  for (let n = 0; n < count; n++) {
    const op = RANDOM_OPS[below(rng, RANDOM_OPS.length)];
    if (op !== undefined) lines.push(`  ${op(rng, n)}`);
  }
  lines.push('  in r16, 0x3f', '  sts 0x0710, r16');
  return program(lines);
}
