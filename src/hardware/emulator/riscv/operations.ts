/**
 * What an instruction does, after decoding: RISC-V Unprivileged ISA 20191213, RV32I, M, C, Zicsr. Numbers are
 * grouped so that the interpreter finds the group by comparison:
 *
 *      1 … 31   rd = rs1 ∘ rs2             64 … 69   branch to imm
 *     33 … 63   rd = rs1 ∘ imm             70 … 74   load      75 … 77   store      78 …   the rest
 *
 * Decoding leaves less to do: LUI, AUIPC and every C form become one of the others, and a branch's imm is the
 * address that it goes to.
 */
export const UNDECODED = 0;

export const ADD = 1;
export const SUB = 2;
export const SLL = 3;
export const SLT = 4;
export const SLTU = 5;
export const XOR = 6;
export const SRL = 7;
export const SRA = 8;
export const OR = 9;
export const AND = 10;
export const MUL = 11;
export const MULH = 12;
export const MULHSU = 13;
export const MULHU = 14;
export const DIV = 15;
export const DIVU = 16;
export const REM = 17;
export const REMU = 18;

/** Added to an operation between registers: its second operand is imm. */
export const IMMEDIATE = 32;

export const BEQ = 64;
export const BNE = 65;
export const BLT = 66;
export const BGE = 67;
export const BLTU = 68;
export const BGEU = 69;

export const LB = 70;
export const LH = 71;
export const LW = 72;
export const LBU = 73;
export const LHU = 74;

export const SB = 75;
export const SH = 76;
export const SW = 77;

export const JAL = 78;
export const JALR = 79;
export const FENCE = 80;
export const ECALL = 81;
export const EBREAK = 82;
export const MRET = 83;
export const WFI = 84;
/** imm is the CSR's number; rs1 is a register, or for the I forms the immediate itself. */
export const CSRRW = 85;
export const CSRRS = 86;
export const CSRRC = 87;
export const CSRRWI = 88;
export const CSRRSI = 89;
export const CSRRCI = 90;
export const ILLEGAL = 91;
/** Not from any instruction: there is no memory where the pc is. */
export const UNFETCHABLE = 92;

export interface Instruction {
  readonly operation: number;
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  /** Sign-extended; where it goes to for a branch or JAL. */
  readonly imm: number;
  /** In octets. */
  readonly length: 2 | 4;
}
