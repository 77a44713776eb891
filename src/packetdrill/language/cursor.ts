/** A place in the tokens, with the questions that the grammar asks there. */
import { assert } from '../../base/errors.ts';
import { Misfit } from '../script-error.ts';
import type { Token, TokenKind } from './token.ts';

/** Deeper than anyone nests; what is deeper would only end our own stack. */
const DEPTH_MAX = 100;

export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  readonly #defined = new Map<string, Omit<Token, 'line'>>();

  /** `tokens` ends with the token `end`. */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Runs `parse` one level deeper. @throws Misfit below the deepest that is read. */
  nested<T>(parse: (cursor: Cursor) => T): T {
    if (++this.#depth > DEPTH_MAX) this.refuse('nested too deep');
    const result = parse(this);
    this.#depth--;
    return result;
  }

  get line(): number {
    return this.peek().line;
  }

  /** From now on the word `name` is `token`. */
  define(name: string, token: Omit<Token, 'line'>): void {
    this.#defined.set(name, token);
  }

  peek(ahead = 0): Token {
    const last = this.#tokens.length - 1;
    const token = this.#tokens[Math.min(this.#at + ahead, last)];
    assert(token !== undefined, 'there is always the token end');
    const defined = token.kind === 'word' ? this.#defined.get(token.text) : undefined;
    return defined === undefined ? token : { ...defined, line: token.line };
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  isSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === text;
  }

  isWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'word' && token.text === text;
  }

  is(kind: TokenKind, ahead = 0): boolean {
    return this.peek(ahead).kind === kind;
  }

  acceptSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.next();
    return true;
  }

  acceptWord(text: string): boolean {
    if (!this.isWord(text)) return false;
    this.next();
    return true;
  }

  accept(kind: TokenKind): Token | undefined {
    return this.is(kind) ? this.next() : undefined;
  }

  expectSymbol(text: string, where: string): void {
    if (!this.acceptSymbol(text)) this.refuse(`expected "${text}" ${where}`);
  }

  expectWord(text: string, where: string): void {
    if (!this.acceptWord(text)) this.refuse(`expected "${text}" ${where}`);
  }

  expect(kind: TokenKind, what: string): Token {
    return this.accept(kind) ?? this.refuse(`expected ${what}`);
  }

  /** A decimal number, or a hexadecimal one, in 0 … `max`. */
  expectNumber(what: string, max: number): number {
    const token = this.peek();
    if (token.kind !== 'integer' && token.kind !== 'hex') this.refuse(`expected ${what}`);
    const value = Number(token.text);
    if (!(value >= 0 && value <= max)) {
      throw new Misfit(token.line, `${what} is out of range: ${token.text} (0 … ${max})`);
    }
    this.next();
    return value;
  }

  /** @throws Misfit: `message`, and what stands here instead. */
  refuse(message: string): never {
    const token = this.peek();
    const found = token.kind === 'end' ? 'the end of the script' : `"${token.text.slice(0, 40)}"`;
    throw new Misfit(token.line, `${message}, found ${found}`);
  }
}
