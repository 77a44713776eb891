/**
 * What an ESP32's LX6 runs of what a compiler for the LX106 makes. Both have the core instructions, the code density
 * and the multiplication options, interrupts and exceptions; the LX106 has no register windows, loops or division,
 * and the LX6 no extended L32R (Xtensa Instruction Set Architecture Reference Manual; core-isa.h of both).
 */
const INSTRUCTIONS = new Set(
  [
    'add add.n addi addi.n addmi addx2 addx4 addx8 sub subx2 subx4 subx8 neg abs',
    'and or xor extui sll slli sra srai srl srli src ssl ssr ssa8l ssai nsa nsau',
    'mov.n movi movi.n moveqz movnez movgez movltz mul16s mul16u mull',
    'l8ui l16ui l16si l32i l32i.n l32r s8i s16i s32i s32i.n',
    'j jx call0 callx0 ret ret.n nop nop.n memw extw isync rsync esync dsync',
    'beq beqi beqz beqz.n bne bnei bnez bnez.n bge bgei bgeu bgeui bgez blt blti bltu bltui bltz',
    'ball bany bnall bnone bbc bbci bbs bbsi',
    'rsil waiti rfe',
  ].flatMap((line) => line.split(' ')),
);
const SPECIAL_REGISTERS = new Set([
  'sar',
  'ps',
  'vecbase',
  'intenable',
  'exccause',
  'epc1',
  'depc',
]);

const allowed = (mnemonic) => {
  const [access, register] = mnemonic.split('.');
  if (access === 'rsr' || access === 'wsr') return SPECIAL_REGISTERS.has(register);
  return INSTRUCTIONS.has(mnemonic);
};

/**
 * Counts the instructions of objdump's listing; zeros that only align what follows are none.
 *
 * @param listing of `objdump -d`, from a file with its property tables
 * @returns how many there are, and the lines of those that one of the cores does not have
 */
export function examine(listing) {
  const strangers = [];
  let count = 0;
  for (const line of listing.split('\n')) {
    const [address, octets, mnemonic] = line.split('\t').map((field) => field.trim());
    if (mnemonic === undefined || /^0+$/.test(octets)) continue;
    count++;
    if (!/^[0-9a-f]+:$/.test(address) || !allowed(mnemonic)) strangers.push(line.trim());
  }
  return { count, strangers };
}
