/** Programs for the comparison: text for GNU as. Each ends by saying all its results, then its registers. */
import { below, type Rng, seededRng } from '../../src/base/random.ts';

const EDGES = [
  0, 1, 2, 31, 32, 0x7ff, 0xffff, 0x7fffffff, 0x80000000, 0x80000001, 0xaaaaaaaa, 0xffffffff,
];
const REGISTER_OPS = [
  ...['add', 'sub', 'sll', 'slt', 'sltu', 'xor', 'srl', 'sra', 'or', 'and'],
  ...['mul', 'mulh', 'mulhsu', 'mulhu', 'div', 'divu', 'rem', 'remu'],
];
const IMMEDIATE_OPS = ['addi', 'slti', 'sltiu', 'xori', 'ori', 'andi'];
const SHIFTS = ['slli', 'srli', 'srai'];
const LOADS = ['lb', 'lh', 'lw', 'lbu', 'lhu'];
const STORES = ['sb', 'sh', 'sw'];
const BRANCHES = ['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu'];
const CSRS = ['csrrw', 'csrrs', 'csrrc', 'csrrwi', 'csrrsi', 'csrrci'];
/** Results go up from here by s0; the data for loads and stores lie behind s1. */
const RESULTS = 0x80010000;
const DATA = 0x8001e000;
const REGISTERS = 0x8001f000;

const PROLOGUE = `
  la t0, handler
  csrw mtvec, t0
  li s0, ${RESULTS}
  li s1, ${DATA}
`;

/** A trap leaves its cause, place and value, and goes on behind a four-octet instruction. */
const EPILOGUE = `
  csrw mscratch, s1
  li s1, ${REGISTERS}
${Array.from({ length: 31 }, (_, i) => `  sw x${i + 1}, ${4 * i}(s1)`).join('\n')}
  csrr t0, mscratch
  sw t0, 32(s1)
  li t0, ${RESULTS}
  li t1, ${REGISTERS + 128}
  li t2, 0x10000000
1: lbu t4, 5(t2)
  andi t4, t4, 0x20
  beqz t4, 1b
  lbu t3, 0(t0)
  sb t3, 0(t2)
  addi t0, t0, 1
  bne t0, t1, 1b
2: lbu t4, 5(t2)
  andi t4, t4, 0x40
  beqz t4, 2b
  li t0, 0x100000
  li t1, 0x5555
  sw t1, 0(t0)
3: j 3b
  .balign 256
handler:
  csrw mscratch, t0
  csrr t0, mcause
  sw t0, 0(s0)
  csrr t0, mepc
  sw t0, 4(s0)
  csrr t0, mstatus
  sw t0, 8(s0)
  addi s0, s0, 12
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  csrr t0, mscratch
  mret
`;

const keep = (register: string): string => `  sw ${register}, 0(s0)\n  addi s0, s0, 4`;
const program = (lines: readonly string[]): string => [PROLOGUE, ...lines, EPILOGUE].join('\n');

/** Every instruction between registers, with an immediate, and every branch, at its edges. */
export function torture(): string {
  const pairs = EDGES.flatMap((a) => [
    `  li a0, ${a}`,
    ...withImmediates(),
    ...EDGES.flatMap((b) => [`  li a1, ${b}`, ...betweenRegisters()]),
  ]);
  return program(pairs);
}

function withImmediates(): string[] {
  const rows = [
    ...IMMEDIATE_OPS.map((op) => ({ op, values: [-2048, -1, 0, 1, 2047] })),
    ...SHIFTS.map((op) => ({ op, values: [0, 1, 15, 31] })),
  ];
  return rows.flatMap(({ op, values }) =>
    values.flatMap((value) => [`  ${op} a2, a0, ${value}`, keep('a2')]),
  );
}

const betweenRegisters = (): string[] => [
  ...REGISTER_OPS.flatMap((op) => [`  ${op} a2, a0, a1`, keep('a2')]),
  ...BRANCHES.flatMap((op) => ['  li a2, 1', `  ${op} a0, a1, 1f`, '  li a2, 2', '1:', keep('a2')]),
];

/** Memory at every alignment, jumps, CSRs, traps, code that changes. */
export function tortureMachine(): string {
  return program([...memory(), ...csrs(), ...jumps(), ...traps(), ...changingCode()]);
}

function memory(): string[] {
  const offsets = [0, 1, 2, 3];
  const loads = LOADS.flatMap((op) =>
    offsets.flatMap((offset) => [`  ${op} a2, ${14 + offset}(s1)`, keep('a2')]),
  );
  return STORES.flatMap((op) =>
    offsets.flatMap((at) => [
      `  li a0, ${0x81028384 + at}`,
      `  ${op} a0, ${16 + at}(s1)`,
      ...loads,
    ]),
  );
}

function csrs(): string[] {
  const start = ['  li a0, 0x0f0f0f0f', '  csrw mscratch, a0', '  li a1, 0x00ff00ff'];
  return CSRS.flatMap((op) =>
    (op.endsWith('i') ? ['0', '21'] : ['x0', 'a1']).flatMap((from) => [
      ...[...start, `  ${op} a2, mscratch, ${from}`, keep('a2')],
      ...['  csrr a2, mscratch', keep('a2')],
    ]),
  );
}

const jumps = (): string[] => [
  ...['  jal a3, 1f', '  nop', '1:', keep('a3')],
  ...['  la a3, 1f', '  jalr a3, 1(a3)', '  nop', '  .balign 4', '1:', keep('a3')],
  ...['  la a3, 1f', '  c.jalr a3', '  nop', '  .balign 4', '1:', keep('x1')],
  ...['  auipc a3, 0xfffff', keep('a3'), '  lui a3, 0xfffff', keep('a3')],
];

/** All of four octets: the handler goes on behind them. At 0x18000000 `virt` has nothing. */
const traps = (): string[] => [
  ...['  li a4, 0x18000000', '  .option norvc', '  ecall', '  ebreak', '  .word 0xffffffff'],
  ...['  lw a2, 0(a4)', '  sh a2, 0(a4)', '  lbu a2, 1(a4)', '  csrrw a2, mhartid, a1'],
  ...['  .option rvc', '  csrsi mstatus, 8', ...mstatus(), '  ecall', ...mstatus()],
  ...['  csrci mstatus, 8', ...mstatus()],
];

/** MIE and MPIE: of a core without user mode QEMU 7.2 makes MPP 0 at MRET, where it can only be 3. */
const mstatus = (): string[] => ['  csrr a2, mstatus', '  andi a2, a2, 0x88', keep('a2')];

/** addi a2, a2, 1 becomes addi a2, a2, 16. */
const changingCode = (): string[] => [
  ...['  .option norvc', '  li a2, 0', '  li a0, 0x01060613', '  la a1, 1f', '  li a3, 17'],
  ...['1: addi a2, a2, 1', '  sw a0, 0(a1)', '  fence.i', '  blt a2, a3, 1b'],
  ...[keep('a2'), '  .option rvc'],
];

/** As many instructions by chance, on all registers but those that hold the addresses. */
export function stream(seed: number, count: number): string {
  const rng = seededRng(seed);
  const lines: string[] = [];
  for (let register = 1; register < 32; register++) {
    if (!RESERVED.has(register)) lines.push(`  li x${register}, ${rng.next()}`);
  }
  for (let n = 0; n < count; n++) lines.push(`  ${instruction(rng, n)}`);
  return program(lines);
}

const RESERVED = new Set([8, 9]);
/** Registers that the three-bit fields of C reach, without s0 and s1. */
const SHORT = [10, 11, 12, 13, 14, 15];

const pick = <T>(rng: Rng, from: readonly T[]): T => from[below(rng, from.length)] as T;
const source = (rng: Rng): string => `x${below(rng, 32)}`;
function target(rng: Rng): string {
  const register = below(rng, 32);
  return RESERVED.has(register) ? 'x0' : `x${register}`;
}
function nonzero(rng: Rng): string {
  const register = 1 + below(rng, 31);
  return RESERVED.has(register) ? 'x31' : `x${register}`;
}
const short = (rng: Rng): string => `x${pick(rng, SHORT)}`;
const signed = (rng: Rng, bits: number): number => below(rng, 1 << bits) - (1 << (bits - 1));

const KINDS: readonly ((rng: Rng, n: number) => string)[] = [
  (rng) => `${pick(rng, REGISTER_OPS)} ${target(rng)}, ${source(rng)}, ${source(rng)}`,
  (rng) => `${pick(rng, REGISTER_OPS)} ${target(rng)}, ${source(rng)}, ${source(rng)}`,
  (rng) => `${pick(rng, IMMEDIATE_OPS)} ${target(rng)}, ${source(rng)}, ${signed(rng, 12)}`,
  (rng) => `${pick(rng, SHIFTS)} ${target(rng)}, ${source(rng)}, ${below(rng, 32)}`,
  (rng) => `${pick(rng, LOADS)} ${target(rng)}, ${below(rng, 2040)}(s1)`,
  (rng) => `${pick(rng, STORES)} ${source(rng)}, ${below(rng, 2040)}(s1)`,
  (rng, n) =>
    `${pick(rng, BRANCHES)} ${source(rng)}, ${source(rng)}, .L${n}\n  xori x1, x1, -1\n.L${n}:`,
  (rng) => `lui ${target(rng)}, ${below(rng, 1 << 20)}`,
  (rng) => `auipc ${target(rng)}, ${below(rng, 1 << 20)}`,
  (rng) => `${pick(rng, CSRS.slice(0, 3))} ${target(rng)}, mscratch, ${source(rng)}`,
  (rng) => `c.${pick(rng, ['sub', 'xor', 'or', 'and'])} ${short(rng)}, ${short(rng)}`,
  (rng) => `c.${pick(rng, ['srli', 'srai', 'slli'])} ${short(rng)}, ${1 + below(rng, 31)}`,
  (rng) => `c.andi ${short(rng)}, ${signed(rng, 6)}`,
  (rng) => `c.li ${nonzero(rng)}, ${signed(rng, 6)}`,
  (rng) => `c.addi ${nonzero(rng)}, ${1 + below(rng, 31)}`,
  (rng) => `c.lui x31, ${1 + below(rng, 31)}`,
  (rng) => `c.${pick(rng, ['mv', 'add'])} ${nonzero(rng)}, x${1 + below(rng, 31)}`,
  (rng) => `c.${pick(rng, ['lw', 'sw'])} ${short(rng)}, ${4 * below(rng, 32)}(s1)`,
  (rng, n) => `c.${pick(rng, ['beqz', 'bnez'])} ${short(rng)}, .L${n}\n  xori x1, x1, -1\n.L${n}:`,
  (_rng, n) => `c.${'j'} .L${n}\n  xori x1, x1, -1\n.L${n}:`,
];

const instruction = (rng: Rng, n: number): string => pick(rng, KINDS)(rng, n);
