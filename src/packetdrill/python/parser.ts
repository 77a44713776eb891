/**
 * Code between `%{` and `}%` to a program. Known are assertions, assignments, calls of a few functions and
 * an `if` on one line: all that is said about the state of a connection. Anything else of Python is an
 * error with its line, never skipped.
 */
import { Misfit } from '../script-error.ts';
import { type PyToken, tokenizePython } from './lexer.ts';
import type { BinaryOperator, Comparison, Program, Statement, Term, Value } from './program.ts';

/** `line` is that of the first character of `text`. @throws Misfit */
export function parseProgram(text: string, line: number): Program {
  return new Parser(tokenizePython(text, line)).program();
}

const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];
const AUGMENTED: readonly string[] = ['+=', '-=', '*=', '/=', '//=', '%=', '|=', '&=', '^='];
/** From the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%'],
];
const CONSTANTS: Readonly<Record<string, Value>> = { True: true, False: false, None: null };
const REFUSED: readonly string[] = [
  'import',
  'from',
  'def',
  'class',
  'for',
  'while',
  'try',
  'with',
  'lambda',
  'return',
  'raise',
  'elif',
  'else',
];
/** Deeper than anyone nests; what is deeper would only end our own stack. */
const DEPTH_MAX = 100;

class Parser {
  readonly #tokens: readonly PyToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly PyToken[]) {
    this.#tokens = tokens;
  }

  program(): Program {
    const statements: Statement[] = [];
    this.#skipSeparators();
    while (this.#peek().kind !== 'end') {
      statements.push(this.#statement());
      if (!this.#atSeparator() && this.#peek().kind !== 'end')
        this.#refuse('expected an end of line');
      this.#skipSeparators();
    }
    return statements;
  }

  #statement(): Statement {
    const { kind, text, line } = this.#peek();
    if (kind === 'name' && REFUSED.includes(text)) this.#refuse('not supported in code');
    if (this.#accept('assert')) {
      const test = this.#term();
      return { kind: 'assert', line, test, message: this.#accept(',') ? this.#term() : undefined };
    }
    if (this.#accept('if')) return this.#if(line);
    if (this.#accept('pass')) return this.#nothing(line);
    if (text === 'print' && kind === 'name' && this.#peek(1).text !== '(') return this.#print(line);
    if (kind === 'name') {
      const operator = this.#peek(1).text;
      if (operator === '=') return this.#assign(text, undefined, line);
      if (AUGMENTED.includes(operator)) {
        return this.#assign(text, operator.slice(0, -1) as BinaryOperator, line);
      }
    }
    return { kind: 'evaluate', line, value: this.#sequence() };
  }

  #if(line: number): Statement {
    const test = this.#term();
    this.#expect(':');
    const body: Statement[] = [this.#statement()];
    while (this.#accept(';')) body.push(this.#statement());
    return { kind: 'if', line, test, body };
  }

  /** The statement of Python 2. */
  #print(line: number): Statement {
    this.#next();
    const empty = this.#atSeparator() || this.#peek().kind === 'end';
    return empty ? this.#nothing(line) : { kind: 'evaluate', line, value: this.#sequence() };
  }

  #nothing(line: number): Statement {
    return { kind: 'evaluate', line, value: { kind: 'constant', line, value: null } };
  }

  #assign(name: string, operator: BinaryOperator | undefined, line: number): Statement {
    this.#next();
    this.#next();
    return { kind: 'assign', line, name, operator, value: this.#sequence() };
  }

  /** `a, b` is a tuple. */
  #sequence(): Term {
    const first = this.#term();
    if (this.#peek().text !== ',') return first;
    const items = [first];
    while (this.#accept(',')) items.push(this.#term());
    return { kind: 'sequence', line: first.line, items };
  }

  #term(): Term {
    return this.#nested(() => {
      const then = this.#or();
      return this.#accept('if') ? this.#choice(then) : then;
    });
  }

  #nested(parse: () => Term): Term {
    if (++this.#depth > DEPTH_MAX) this.#refuse('nested too deep');
    const term = parse();
    this.#depth--;
    return term;
  }

  #choice(then: Term): Term {
    const test = this.#or();
    this.#expect('else');
    return { kind: 'choice', line: then.line, test, then, otherwise: this.#term() };
  }

  #or(): Term {
    let left = this.#and();
    while (this.#accept('or')) {
      left = { kind: 'logic', line: left.line, operator: 'or', left, right: this.#and() };
    }
    return left;
  }

  #and(): Term {
    let left = this.#not();
    while (this.#accept('and')) {
      left = { kind: 'logic', line: left.line, operator: 'and', left, right: this.#not() };
    }
    return left;
  }

  #not(): Term {
    const { line } = this.#peek();
    if (!this.#accept('not')) return this.#comparison();
    return { kind: 'unary', line, operator: 'not', operand: this.#nested(() => this.#not()) };
  }

  #comparison(): Term {
    const first = this.#binary(0);
    const rest: { operator: Comparison; operand: Term }[] = [];
    for (let op = this.#comparator(); op !== undefined; op = this.#comparator()) {
      rest.push({ operator: op, operand: this.#binary(0) });
    }
    return rest.length === 0 ? first : { kind: 'compare', line: first.line, first, rest };
  }

  #comparator(): Comparison | undefined {
    const { text, kind } = this.#peek();
    if (kind === 'operator' && COMPARISONS.includes(text)) {
      this.#next();
      return text as Comparison;
    }
    if (this.#accept('in')) return 'in';
    if (this.#accept('is')) return this.#accept('not') ? 'is not' : 'is';
    if (text !== 'not') return undefined;
    this.#next();
    this.#expect('in');
    return 'not in';
  }

  #binary(level: number): Term {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const { kind, text } = this.#peek();
      if (kind !== 'operator' || !operators.includes(text)) return left;
      this.#next();
      const right = this.#binary(level + 1);
      left = { kind: 'binary', line: left.line, operator: text as BinaryOperator, left, right };
    }
  }

  #unary(): Term {
    const { text, line, kind } = this.#peek();
    if (kind !== 'operator' || (text !== '-' && text !== '+' && text !== '~')) return this.#power();
    this.#next();
    return { kind: 'unary', line, operator: text, operand: this.#nested(() => this.#unary()) };
  }

  #power(): Term {
    const left = this.#postfix();
    if (!this.#accept('**')) return left;
    const right = this.#nested(() => this.#unary());
    return { kind: 'binary', line: left.line, operator: '**', left, right };
  }

  #postfix(): Term {
    let term = this.#atom();
    while (this.#accept('[')) {
      const at = this.#term();
      this.#expect(']');
      term = { kind: 'index', line: term.line, of: term, at };
    }
    if (this.#peek().text === '.') this.#refuse('attributes are not supported in code');
    return term;
  }

  #atom(): Term {
    const token = this.#next();
    const { line, text } = token;
    switch (token.kind) {
      case 'number':
        return { kind: 'constant', line, value: Number(text) };
      case 'text':
        return { kind: 'constant', line, value: this.#adjacent(unquote(text)) };
      case 'name':
        if (text in CONSTANTS) return { kind: 'constant', line, value: CONSTANTS[text] ?? null };
        if (!this.#accept('(')) return { kind: 'name', line, name: text };
        return { kind: 'call', line, name: text, parameters: this.#items(')') };
      default:
        if (text === '(') return this.#parenthesis(line);
        if (text === '[') return { kind: 'sequence', line, items: this.#items(']') };
        throw new Misfit(line, `expected a value in code, found ${JSON.stringify(text)}`);
    }
  }

  /** One term in parentheses is that term; none or several are a tuple. */
  #parenthesis(line: number): Term {
    const items = this.#items(')');
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { kind: 'sequence', line, items };
  }

  #items(close: string): Term[] {
    const items: Term[] = [];
    while (!this.#accept(close)) {
      items.push(this.#term());
      if (!this.#accept(',') && this.#peek().text !== close) this.#refuse(`expected "${close}"`);
    }
    return items;
  }

  #adjacent(first: string): string {
    let text = first;
    while (this.#peek().kind === 'text') text += unquote(this.#next().text);
    return text;
  }

  #atSeparator(): boolean {
    const { kind, text } = this.#peek();
    return kind === 'newline' || (kind === 'operator' && text === ';');
  }

  #skipSeparators(): void {
    while (this.#atSeparator()) this.#at++;
  }

  #peek(ahead = 0): PyToken {
    return this.#tokens[this.#at + ahead] ?? { kind: 'end', text: '', line: 0 };
  }

  #next(): PyToken {
    const token = this.#peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  #accept(text: string): boolean {
    const token = this.#peek();
    if (token.text !== text || token.kind === 'text') return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) this.#refuse(`expected "${text}" in code`);
  }

  #refuse(message: string): never {
    const { text, line, kind } = this.#peek();
    const found = kind === 'end' ? 'the end of the code' : JSON.stringify(text);
    throw new Misfit(line, `${message}, found ${found}`);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

const unquote = (text: string): string =>
  text.slice(1, -1).replace(/\\(.)/gs, (_, c: string) => ESCAPES[c] ?? c);
