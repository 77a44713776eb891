/** What netlab says, in the language of whoever reads it. Keys and blanks are checked by the compiler. */
import { en } from './en.ts';
import { ko } from './ko.ts';

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The names between braces: `Blank<'{port} is used by {holder}'>` is `'port' | 'holder'`. */
type Blank<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Blank<Rest>
  : never;

type Key = keyof typeof en;
type Filling<K extends Key> = [Blank<(typeof en)[K]>] extends [never]
  ? []
  : [Readonly<Record<Blank<(typeof en)[K]>, string | number>>];

/** The sentence of `key` with its blanks filled. */
export type Say = <K extends Key>(key: K, ...filling: Filling<K>) => string;

type Translated<T extends Record<Key, string>> = {
  readonly [K in Key]: [Blank<T[K]>] extends [Blank<(typeof en)[K]>]
    ? [Blank<(typeof en)[K]>] extends [Blank<T[K]>]
      ? T[K]
      : never
    : never;
};

/** A translation that lacks a key, has one too many, or changes the blanks of one, does not compile. */
type Complete<T extends Record<Key, string>> = [Exclude<keyof T, Key>] extends [never]
  ? Translated<T>
  : never;

const asTranslation = <T extends Record<Key, string>>(translation: T & Complete<T>): T =>
  translation;

const CATALOGUES: Readonly<Record<Language, Readonly<Record<Key, string>>>> = {
  en,
  ko: asTranslation(ko),
};

export const speaker =
  (language: Language): Say =>
  (key, ...filling) =>
    fill(CATALOGUES[language][key], filling[0] ?? {});

/** For keys that are made at run time, such as an error's code; undefined when there is no such key. */
export function sayIfKnown(
  language: Language,
  key: string,
  blanks: Readonly<Record<string, string | number>>,
): string | undefined {
  const template = (CATALOGUES[language] as Readonly<Record<string, string | undefined>>)[key];
  return template === undefined ? undefined : fill(template, blanks);
}

const fill = (template: string, blanks: Readonly<Record<string, string | number>>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => String(blanks[name] ?? ''));
