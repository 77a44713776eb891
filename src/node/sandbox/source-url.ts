/**
 * A source file of this folder as a `data:` URL, its types stripped and its neighbours inside it, so that
 * a thread or a process of its own can import it, from sources and from a build alike.
 */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { stripTypes } from './module-source.ts';

const urls = new Map<string, string>();

/** `name` without its extension. Its relative imports are of this folder, and form no circle. */
export function sourceUrl(name: string): string {
  const known = urls.get(name);
  if (known !== undefined) return known;
  const file = new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);
  const code = stripTypes(readFileSync(file, 'utf8')).replace(
    /(\bfrom\s*)['"]\.\/([\w-]+)\.[jt]s['"]/g,
    (_, from: string, neighbour: string) => `${from}'${sourceUrl(neighbour)}'`,
  );
  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
  urls.set(name, url);
  return url;
}
