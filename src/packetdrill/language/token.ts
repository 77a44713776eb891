/** The words of the packetdrill language. */
export type TokenKind =
  | 'integer'
  | 'hex'
  | 'float'
  | 'word'
  | 'string'
  | 'backquoted'
  | 'code'
  | 'option'
  | 'ipv4'
  | 'ipv6'
  | 'ellipsis'
  | 'symbol'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written, without the delimiters of strings, back-quotes and code. */
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}
