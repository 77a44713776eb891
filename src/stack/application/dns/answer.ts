/**
 * What a response says to the question that it answers: RFC 1034 §4.3.2 and §5.3.3 seen from the other end,
 * RFC 2308 §2 for what is not there.
 *
 * Of the records only those are believed that the question leads to: the records of the name, or of the
 * names to which its aliases lead, in the answer section; and the SOA record of a zone that holds the name.
 * The rest, which may be put there to be cached, is passed over (RFC 5452 §6, RFC 2181 §5.4.1).
 */
import { type Message, type Question, RCODE } from './message.ts';
import { isWithin, type Name, sameName } from './name.ts';
import { CLASS, type ResourceRecord, TYPE, typeOf } from './record.ts';

/** Of one response, and of all that one look-up follows. */
export const ALIASES_MAX = 16;

export interface Answer {
  /** The CNAME records that were followed, in their order. */
  readonly aliases: readonly ResourceRecord[];
  /** Where they led: the name of the question when there are none. */
  readonly name: Name;
  readonly outcome: Outcome;
}

export type Outcome =
  | { readonly kind: 'records'; readonly records: readonly ResourceRecord[] }
  /** `ttl` in seconds: 0 when the response had no SOA record, and is not to be kept (RFC 2308 §5). */
  | { readonly kind: 'no-data' | 'no-name'; readonly ttl: number }
  /** The last alias leads where this server did not follow: to be asked for. */
  | { readonly kind: 'alias' }
  | { readonly kind: 'failure'; readonly reason: 'server-failure' | 'alias-loop' };

/** `response` has been found to be one to `question`, and not truncated. */
export function interpret(question: Question, response: Message): Answer {
  const { type } = question;
  let { name } = question;
  const aliases: ResourceRecord[] = [];
  const conclude = (outcome: Outcome): Answer => ({ aliases, name, outcome });
  const failed = response.rcode !== RCODE.noError && response.rcode !== RCODE.nameError;
  if (failed) return conclude({ kind: 'failure', reason: 'server-failure' });
  for (;;) {
    const own = response.answers.filter(
      (record) => record.class === CLASS.IN && sameName(record.name, name),
    );
    const records = type === TYPE.ANY ? own : own.filter((record) => typeOf(record) === type);
    if (records.length > 0) return conclude({ kind: 'records', records });
    const alias = own.find((record) => record.data.kind === 'CNAME');
    if (alias?.data.kind !== 'CNAME') return conclude(nothing(response, name, aliases.length > 0));
    aliases.push(alias);
    name = alias.data.target;
    if (aliases.length > ALIASES_MAX) return conclude({ kind: 'failure', reason: 'alias-loop' });
  }
}

/** There is no record of `name` that was asked for: what does that mean? */
function nothing(response: Message, name: Name, isAlias: boolean): Outcome {
  const ttl = negativeTtl(response, name);
  // RFC 2308 §2.1: the name that does not exist is the last one that the aliases lead to.
  if (response.rcode === RCODE.nameError) return { kind: 'no-name', ttl: ttl ?? 0 };
  if (ttl !== undefined) return { kind: 'no-data', ttl };
  if (isAlias) return { kind: 'alias' };
  // RFC 2308 §2.2.1: name servers and no SOA record make a referral, of no use to a stub resolver.
  const refers = response.authorities.some((record) => record.data.kind === 'NS');
  if (refers && !response.authoritative) return { kind: 'failure', reason: 'server-failure' };
  return { kind: 'no-data', ttl: 0 };
}

/** RFC 2308 §5: the lesser of the SOA record's TTL and its MINIMUM field. */
function negativeTtl(response: Message, name: Name): number | undefined {
  for (const { name: zone, class: zoneClass, ttl, data } of response.authorities) {
    if (data.kind === 'SOA' && zoneClass === CLASS.IN && isWithin(name, zone)) {
      return Math.min(ttl, data.minimum);
    }
  }
  return undefined;
}
