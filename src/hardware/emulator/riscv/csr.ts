/**
 * Machine-mode CSRs and trap entry: RISC-V Privileged Architecture 20211203 §3.1. The core has no other mode,
 * so MPP is always M (§3.1.6.1 allows it).
 *
 *      running ──── trap: mepc, mcause, mtval; MPIE = MIE, MIE = 0 ───▶ handler
 *         ▲                                                               │
 *         └──────────── MRET: MIE = MPIE, MPIE = 1, pc = mepc ────────────┘
 */
import * as op from './operations.ts';

/** mcause of an exception, §3.1.15. */
export const CAUSE = {
  instructionAccess: 1,
  illegalInstruction: 2,
  breakpoint: 3,
  loadAccess: 5,
  storeAccess: 7,
  environmentCall: 11,
} as const;

export const INTERRUPT = 0x8000_0000;

const MSTATUS = 0x300;
const MISA = 0x301;
const MTVEC = 0x305;
const MSCRATCH = 0x340;
const MEPC = 0x341;
const MCAUSE = 0x342;
const MTVAL = 0x343;
const MIE = 1 << 3;
const MPIE = 1 << 7;
const MPP = 3 << 11;
const VECTORED = 1;

/** What differs between one implementation and another. */
export interface CsrTraits {
  /** Of mtvec's address, what can be set; 256 octets apart: 0xffffff00. */
  readonly mtvecMask: number;
  /** The modes that mtvec has. */
  readonly vectors: 'either' | 'always';
  /** CSRs that only read: by number. mvendorid and the like; misa. */
  readonly constants: Readonly<Record<number, number>>;
}

const isReadOnly = (csr: number): boolean => csr >>> 10 === 3;

export class Csrs {
  readonly #traits: CsrTraits;
  #enabled = false;
  #previouslyEnabled = false;
  #mtvec = 0;
  #mscratch = 0;
  mepc = 0;
  mcause = 0;
  mtval = 0;

  constructor(traits: CsrTraits) {
    this.#traits = traits;
    if (traits.vectors === 'always') this.#mtvec = VECTORED;
  }

  /** mstatus.MIE */
  get interruptsEnabled(): boolean {
    return this.#enabled;
  }

  /** Enters a trap; returns where its handler is. */
  trap(cause: number, pc: number, value: number): number {
    this.mepc = pc;
    this.mcause = cause | 0;
    this.mtval = value | 0;
    this.#previouslyEnabled = this.#enabled;
    this.#enabled = false;
    const base = this.#mtvec & ~3;
    const vectored = cause >>> 31 === 1 && (this.#mtvec & VECTORED) !== 0;
    return vectored ? (base + 4 * (cause & 31)) | 0 : base;
  }

  /** MRET; returns where it goes. */
  return(): number {
    this.#enabled = this.#previouslyEnabled;
    this.#previouslyEnabled = true;
    return this.mepc;
  }

  /**
   * A CSR instruction with the operand `source`, which changes nothing where `writes` is false. The old
   * value; undefined for one that is illegal.
   */
  access(operation: number, csr: number, source: number, writes: boolean): number | undefined {
    const old = this.#read(csr);
    if (old === undefined || (writes && isReadOnly(csr))) return undefined;
    if (!writes) return old;
    switch (operation) {
      case op.CSRRS:
      case op.CSRRSI:
        this.#write(csr, old | source);
        break;
      case op.CSRRC:
      case op.CSRRCI:
        this.#write(csr, old & ~source);
        break;
      default:
        this.#write(csr, source);
    }
    return old;
  }

  #read(csr: number): number | undefined {
    switch (csr) {
      case MSTATUS:
        return MPP | (this.#enabled ? MIE : 0) | (this.#previouslyEnabled ? MPIE : 0);
      case MTVEC:
        return this.#mtvec;
      case MSCRATCH:
        return this.#mscratch;
      case MEPC:
        return this.mepc;
      case MCAUSE:
        return this.mcause;
      case MTVAL:
        return this.mtval;
      default: {
        const constant = this.#traits.constants[csr];
        return constant === undefined ? undefined : constant | 0;
      }
    }
  }

  #write(csr: number, value: number): void {
    switch (csr) {
      case MSTATUS:
        this.#enabled = (value & MIE) !== 0;
        this.#previouslyEnabled = (value & MPIE) !== 0;
        break;
      case MTVEC: {
        const mode = this.#traits.vectors === 'always' ? VECTORED : value & VECTORED;
        this.#mtvec = (value & this.#traits.mtvecMask & ~3) | mode;
        break;
      }
      case MSCRATCH:
        this.#mscratch = value;
        break;
      case MEPC:
        this.mepc = value & ~1;
        break;
      case MCAUSE:
        this.mcause = value;
        break;
      case MTVAL:
        this.mtval = value;
        break;
      case MISA:
        break; // WARL: what is there cannot be changed.
    }
  }
}
