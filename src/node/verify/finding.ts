/** What is wrong with a lab, as data: `rule` names the sentence that a person reads. */
export interface Finding {
  readonly lab: string;
  readonly rule: Rule;
  /** A path in the lab's folder, with a line where there is one, or a check's id. */
  readonly where: string;
  readonly details: Readonly<Record<string, string | number>>;
}

export type Rule =
  | 'stray'
  | 'too-much'
  | 'absent'
  | 'id'
  | 'points'
  | 'check-id'
  | 'text'
  | 'fixture'
  | 'uses'
  | 'carrier'
  | 'headings'
  | 'link'
  | 'anchor'
  | 'web-link'
  | 'command'
  | 'hint-gives-away'
  | 'unreadable'
  | 'exports'
  | 'starter-passes'
  | 'starter-crashes'
  | 'starter-message'
  | 'solution-fails'
  | 'not-run'
  | 'not-repeatable'
  | 'mutant-unfit'
  | 'mutant-head'
  | 'mutant-far'
  | 'mutant-missed'
  | 'unproved'
  | 'broken';

export type Report = (
  rule: Rule,
  where: string,
  details?: Readonly<Record<string, string | number>>,
) => void;
