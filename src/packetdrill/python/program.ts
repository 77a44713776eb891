/** The part of Python that scripts use between `%{` and `}%`, as data. */
export type Program = readonly Statement[];

export type Statement =
  | {
      readonly kind: 'assert';
      readonly line: number;
      readonly test: Term;
      readonly message: Term | undefined;
    }
  | {
      readonly kind: 'assign';
      readonly line: number;
      readonly name: string;
      /** Undefined: plain `=`. */
      readonly operator: BinaryOperator | undefined;
      readonly value: Term;
    }
  | {
      readonly kind: 'if';
      readonly line: number;
      readonly test: Term;
      readonly body: Program;
    }
  /** Evaluated, for the names in it; nothing is printed. */
  | { readonly kind: 'evaluate'; readonly line: number; readonly value: Term };

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '//'
  | '%'
  | '**'
  | '<<'
  | '>>'
  | '&'
  | '|'
  | '^';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is' | 'is not';

export type Value = number | string | boolean | null | readonly Value[];

export type Term =
  | { readonly kind: 'constant'; readonly line: number; readonly value: Value }
  | { readonly kind: 'name'; readonly line: number; readonly name: string }
  | { readonly kind: 'sequence'; readonly line: number; readonly items: readonly Term[] }
  | {
      readonly kind: 'binary';
      readonly line: number;
      readonly operator: BinaryOperator;
      readonly left: Term;
      readonly right: Term;
    }
  | {
      readonly kind: 'unary';
      readonly line: number;
      readonly operator: '-' | '+' | '~' | 'not';
      readonly operand: Term;
    }
  | {
      readonly kind: 'logic';
      readonly line: number;
      readonly operator: 'and' | 'or';
      readonly left: Term;
      readonly right: Term;
    }
  /** `a <= b < c`: each is compared with the next. */
  | {
      readonly kind: 'compare';
      readonly line: number;
      readonly first: Term;
      readonly rest: readonly { readonly operator: Comparison; readonly operand: Term }[];
    }
  | {
      readonly kind: 'choice';
      readonly line: number;
      readonly test: Term;
      readonly then: Term;
      readonly otherwise: Term;
    }
  | {
      readonly kind: 'call';
      readonly line: number;
      readonly name: string;
      readonly parameters: readonly Term[];
    }
  | {
      readonly kind: 'index';
      readonly line: number;
      readonly of: Term;
      readonly at: Term;
    };
