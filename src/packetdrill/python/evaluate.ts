/**
 * Runs a program over named values. The names that it assigns live on in the same scope, since all code of
 * a script is one Python program to the original.
 */
import { Misfit } from '../script-error.ts';
import type { BinaryOperator, Comparison, Program, Statement, Term, Value } from './program.ts';

/** An assertion that does not hold. */
export interface Refuted {
  readonly line: number;
  readonly message: string;
  /** The compared values, by the names that stand in the assertion. */
  readonly values: Readonly<Record<string, Value>>;
}

export type Lookup = (name: string) => Value | undefined;

/** `scope` is changed by assignments; `lookup` is asked first. @throws Misfit */
export function evaluateProgram(
  program: Program,
  lookup: Lookup,
  scope: Map<string, Value>,
): Refuted | undefined {
  const evaluation = new Evaluation(lookup, scope);
  for (const statement of program) {
    const refuted = evaluation.execute(statement);
    if (refuted !== undefined) return refuted;
  }
  return undefined;
}

class Evaluation {
  readonly #lookup: Lookup;
  readonly #scope: Map<string, Value>;

  constructor(lookup: Lookup, scope: Map<string, Value>) {
    this.#lookup = lookup;
    this.#scope = scope;
  }

  execute(statement: Statement): Refuted | undefined {
    switch (statement.kind) {
      case 'assert':
        return this.#assert(statement);
      case 'assign':
        this.#assign(statement);
        return undefined;
      case 'if':
        if (!isTrue(this.#value(statement.test))) return undefined;
        for (const inner of statement.body) {
          const refuted = this.execute(inner);
          if (refuted !== undefined) return refuted;
        }
        return undefined;
      case 'evaluate':
        this.#value(statement.value);
        return undefined;
    }
  }

  #assert(statement: Extract<Statement, { kind: 'assert' }>): Refuted | undefined {
    const { test, message, line } = statement;
    if (isTrue(this.#value(test))) return undefined;
    const values: Record<string, Value> = {};
    for (const name of namesIn(test)) values[name] = this.#name(name, line);
    const said = message === undefined ? '' : `: ${show(this.#value(message))}`;
    const shown = Object.entries(values).map(([name, value]) => `${name} = ${show(value)}`);
    return { line, message: `the assertion does not hold${said} (${shown.join(', ')})`, values };
  }

  #assign(statement: Extract<Statement, { kind: 'assign' }>): void {
    const { name, operator, line } = statement;
    const value = this.#value(statement.value);
    const assigned =
      operator === undefined ? value : compute(operator, this.#name(name, line), value, line);
    this.#scope.set(name, assigned);
  }

  #name(name: string, line: number): Value {
    const value = this.#scope.get(name) ?? this.#lookup(name);
    if (value === undefined) throw new Misfit(line, `${name} is not known here`);
    return value;
  }

  #value(term: Term): Value {
    switch (term.kind) {
      case 'constant':
        return term.value;
      case 'name':
        return this.#name(term.name, term.line);
      case 'sequence':
        return term.items.map((item) => this.#value(item));
      case 'binary':
        return compute(term.operator, this.#value(term.left), this.#value(term.right), term.line);
      case 'unary':
        return this.#unary(term);
      case 'logic': {
        const left = this.#value(term.left);
        return isTrue(left) === (term.operator === 'or') ? left : this.#value(term.right);
      }
      case 'compare':
        return this.#compare(term);
      case 'choice':
        return this.#value(isTrue(this.#value(term.test)) ? term.then : term.otherwise);
      case 'call':
        return apply(
          term.name,
          term.parameters.map((p) => this.#value(p)),
          term.line,
        );
      case 'index':
        return this.#index(term);
    }
  }

  #unary(term: Extract<Term, { kind: 'unary' }>): Value {
    const value = this.#value(term.operand);
    if (term.operator === 'not') return !isTrue(value);
    const n = number(value, term.line);
    if (term.operator === '~') return -n - 1;
    return term.operator === '-' ? -n : n;
  }

  #compare(term: Extract<Term, { kind: 'compare' }>): boolean {
    let left = this.#value(term.first);
    for (const { operator, operand } of term.rest) {
      const right = this.#value(operand);
      if (!holds(operator, left, right, term.line)) return false;
      left = right;
    }
    return true;
  }

  #index(term: Extract<Term, { kind: 'index' }>): Value {
    const of = this.#value(term.of);
    const at = number(this.#value(term.at), term.line);
    const found = Array.isArray(of) ? (of as readonly Value[]).at(at) : undefined;
    if (found === undefined) throw new Misfit(term.line, `there is no element ${at}`);
    return found;
  }
}

function isTrue(value: Value): boolean {
  if (value === null || typeof value === 'boolean') return value === true;
  return typeof value === 'number' ? value !== 0 : value.length > 0;
}

function number(value: Value, line: number): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'number') throw new Misfit(line, `${show(value)} is not a number`);
  return value;
}

function compute(operator: BinaryOperator, left: Value, right: Value, line: number): Value {
  if (typeof left === 'string') {
    if (operator === '%') return formatted(left, Array.isArray(right) ? right : [right]);
    if (operator === '+' && typeof right === 'string') return left + right;
  }
  const a = number(left, line);
  const b = number(right, line);
  if (b === 0 && (operator === '/' || operator === '//' || operator === '%')) {
    throw new Misfit(line, 'division by zero');
  }
  return arithmetic(operator, a, b);
}

/** Bits are those of BigInt: counters have more than 32. */
function arithmetic(operator: BinaryOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%':
      return a - b * Math.floor(a / b);
    case '**':
      return a ** b;
    case '<<':
      return a * 2 ** b;
    case '>>':
      return Math.floor(a / 2 ** b);
    case '&':
      return Number(BigInt(Math.trunc(a)) & BigInt(Math.trunc(b)));
    case '|':
      return Number(BigInt(Math.trunc(a)) | BigInt(Math.trunc(b)));
    case '^':
      return Number(BigInt(Math.trunc(a)) ^ BigInt(Math.trunc(b)));
  }
}

function holds(operator: Comparison, left: Value, right: Value, line: number): boolean {
  switch (operator) {
    case '==':
    case 'is':
      return same(left, right);
    case '!=':
    case 'is not':
      return !same(left, right);
    case 'in':
    case 'not in': {
      if (!Array.isArray(right)) throw new Misfit(line, `${show(right)} is no list`);
      return (right as readonly Value[]).some((v) => same(left, v)) === (operator === 'in');
    }
    case '<':
      return number(left, line) < number(right, line);
    case '<=':
      return number(left, line) <= number(right, line);
    case '>':
      return number(left, line) > number(right, line);
    case '>=':
      return number(left, line) >= number(right, line);
  }
}

function same(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((v: Value, i) => same(v, (b as Value[])[i] ?? null));
  }
  const plain = (v: Value): Value => (typeof v === 'boolean' ? Number(v) : v);
  return plain(a) === plain(b);
}

const FUNCTIONS: Readonly<Record<string, (numbers: readonly number[]) => number>> = {
  abs: ([a = 0]) => Math.abs(a),
  int: ([a = 0]) => Math.trunc(a),
  float: ([a = 0]) => a,
  round: ([a = 0]) => Math.round(a),
  max: (all) => Math.max(...all),
  min: (all) => Math.min(...all),
  sum: (all) => all.reduce((total, n) => total + n, 0),
};

function apply(name: string, values: readonly Value[], line: number): Value {
  if (name === 'print') return null;
  if (name === 'str' || name === 'repr') return show(values[0] ?? '');
  const [first] = values;
  if (name === 'len') {
    if (typeof first === 'string' || Array.isArray(first)) return first.length;
    throw new Misfit(line, 'only text and lists have a length');
  }
  const f = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (f === undefined) throw new Misfit(line, `the function ${name} is not supported in code`);
  const all = values.length === 1 && Array.isArray(first) ? (first as readonly Value[]) : values;
  return f(all.map((v) => number(v, line)));
}

function formatted(text: string, values: readonly Value[]): string {
  let i = 0;
  return text.replace(/%%|%[-+ 0#]*\d*(?:\.\d+)?[a-z]/gi, (spec) => {
    if (spec === '%%') return '%';
    const value = values[i++] ?? '';
    return /[xX]$/.test(spec) && typeof value === 'number' ? value.toString(16) : show(value);
  });
}

function show(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'object') return `(${value.map(show).join(', ')})`;
  return String(value);
}

/** All names in a term, each once, in their order. */
function namesIn(term: Term): Set<string> {
  const names = new Set<string>();
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(visit);
    else if (typeof part === 'object' && part !== null) {
      if ('kind' in part && part.kind === 'name' && 'name' in part) names.add(String(part.name));
      Object.values(part).forEach(visit);
    }
  };
  visit(term);
  return names;
}
