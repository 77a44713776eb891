/**
 * A host's side of group membership on one interface: IGMPv3 (RFC 3376 §5) with IGMPv2 (RFC 2236) and
 * IGMPv1 (RFC 1112) for older queriers (§7.2), and MLDv2 (RFC 3810 §6) with MLDv1 (RFC 2710; §8.2), which
 * are the same over IPv6. One machine for both: `igmp/` and `mld/` have the codecs, whose messages are of
 * the types that are used here, and the parameters.
 *
 *   form     protocol          join          leave        query
 *   full     IGMPv3, MLDv2     TO_EX {}      TO_IN {}     IS_EX {}, or IS_IN B when sources B were asked for
 *   plain    IGMPv2, MLDv1     group report  leave        group report, unless another's comes first
 *   bare     IGMPv1            group report  ·            the same
 *
 *   full ◀── older querier silent for robustness × query interval + response time ──▶ plain ◀──▶ bare
 *
 * A group is joined as a whole, for any source: EXCLUDE {}. How often it was joined the host counts, and
 * what must reach the interface it lets in. A message goes out with hop limit (TTL) 1 and the router alert
 * option, in a hop-by-hop header for IPv6, to `destinationOf` it.
 *
 * Invariants:
 *   (1) A change is told `robustness` times, the last state alone (§5.1).
 *   (2) A query is answered once, within its response time; an answer that is due sooner does for it (§5.2).
 *   (3) When the form changes nothing that was pending leaves (§7.2.1).
 *   (4) There are at most `GROUPS_MAX` groups, and at most `sourcesMax` sources remembered for one.
 */
import { fraction, type Rng } from '../../../base/random.ts';
import {
  after,
  type Duration,
  earliest,
  type Instant,
  microseconds,
  seconds,
} from '../../../base/time.ts';

// RFC 3376 §8 and RFC 3810 §9, by their names.
const ROBUSTNESS_VARIABLE = 2;
const QUERY_INTERVAL = seconds(125);
const UNSOLICITED_REPORT_INTERVAL = seconds(1);
/** RFC 2236 §8.10 and RFC 2710 §7.10. */
const UNSOLICITED_REPORT_INTERVAL_PLAIN = seconds(10);
/** RFC 1112: what an IGMPv1 query does not say (RFC 3376 §7.2.1). */
const RESPONSE_TIME_BARE = seconds(10);

const GROUPS_MAX = 1024;

/** Of the two older forms MLD has the plain one alone, which its types say. */
export type OlderForm = 'bare' | 'plain';
export type Form = OlderForm | 'full';

export interface Query<Address, Older extends OlderForm = OlderForm> {
  readonly form: Older | 'full';
  /** None in a general query. */
  readonly group: Address | undefined;
  /** Of a full query that asks for sources of the group. */
  readonly sources: readonly Address[];
  readonly maxResponse: Duration;
  /** Of a full query; 0 when it does not say. */
  readonly robustness: number;
  readonly interval: Duration;
}

/** RFC 3376 §4.2.12, RFC 3810 §5.2.12. */
export type RecordType = 'IS_IN' | 'IS_EX' | 'TO_IN' | 'TO_EX' | 'ALLOW' | 'BLOCK';

export interface GroupRecord<Address> {
  readonly type: RecordType;
  readonly group: Address;
  readonly sources: readonly Address[];
}

export type Output<Address, Older extends OlderForm = OlderForm> =
  | { readonly kind: 'report'; readonly records: readonly GroupRecord<Address>[] }
  | { readonly kind: 'group report'; readonly form: Older; readonly group: Address }
  /** IGMPv2's leave, MLDv1's done. */
  | { readonly kind: 'leave'; readonly group: Address };

export interface Parameters<Address> {
  /** What stands for an address in a Map. */
  readonly key: (address: Address) => string | number;
  /** All systems' group is never reported, nor what does not leave the interface. */
  readonly isReported: (group: Address) => boolean;
  /** How many records without sources one report takes. */
  readonly recordsMax: number;
  /** How many sources one record takes that is alone; who asks for more is answered for the group. */
  readonly sourcesMax: number;
}

interface Group<Address> {
  readonly group: Address;
  /** False after it was left and while that is not told often enough. */
  joined: boolean;
  /** How often the change is still to be told. */
  changes: number;
  /** When it is to be reported by itself. */
  due: Instant | undefined;
  /** The sources that were asked for; none when the group was. */
  readonly sources: Map<string | number, Address>;
  /** Nobody else reported it since we did (RFC 2236 §3). */
  lastReporter: boolean;
}

export class Membership<Address, Older extends OlderForm = OlderForm> {
  readonly #parameters: Parameters<Address>;
  readonly #rng: Rng;
  readonly #groups = new Map<string | number, Group<Address>>();
  #form: Form = 'full';
  #robustness = ROBUSTNESS_VARIABLE;
  #interval: Duration = QUERY_INTERVAL;
  #bareUntil: Instant | undefined;
  #plainUntil: Instant | undefined;
  /** When all groups are to be reported, for a general query. */
  #generalDue: Instant | undefined;
  /** When the changes are told again. */
  #changesDue: Instant | undefined;
  readonly #outbox: Output<Address, Older>[] = [];

  constructor(parameters: Parameters<Address>, rng: Rng) {
    this.#parameters = parameters;
    this.#rng = rng;
  }

  get form(): Form {
    return this.#form;
  }

  /** False when there are too many groups. One that is joined already is joined once. */
  join(group: Address, now: Instant): boolean {
    if (!this.#parameters.isReported(group)) return true;
    const id = this.#parameters.key(group);
    let member = this.#groups.get(id);
    if (member?.joined === true) return true;
    if (member === undefined) {
      if (this.#groups.size >= GROUPS_MAX) return false;
      const idle = { changes: 0, due: undefined, lastReporter: false };
      member = { group, joined: true, ...idle, sources: new Map() };
      this.#groups.set(id, member);
    }
    member.joined = true;
    this.#tellChange([member], now);
    return true;
  }

  leave(group: Address, now: Instant): void {
    const id = this.#parameters.key(group);
    const member = this.#groups.get(id);
    if (member === undefined || !member.joined) return;
    member.joined = false;
    member.due = undefined;
    member.sources.clear();
    if (this.#form === 'full') {
      this.#tellChange([member], now);
      return;
    }
    this.#groups.delete(id);
    // One who was not the last to report leaves others behind (RFC 2236 §3, RFC 2710 §4).
    if (this.#form === 'plain' && member.lastReporter) this.#outbox.push({ kind: 'leave', group });
  }

  /**
   * Tells all groups anew: the link came up, or has its link-local address at last, before which nobody
   * heeded what was told (RFC 3590 §4).
   */
  refresh(now: Instant): void {
    this.#tellChange([...this.#joined()], now);
  }

  /** A query that the codec passed. */
  handleQuery(query: Query<Address, Older>, now: Instant): void {
    this.#learn(query, now);
    const bare = this.#form === 'bare' || query.form === 'bare';
    const most = bare ? RESPONSE_TIME_BARE : query.maxResponse;
    if (this.#form !== 'full') {
      this.#answerEach(query, most, now);
      return;
    }
    const due = after(now, this.#upTo(most));
    if (this.#generalDue === undefined || this.#generalDue > due) this.#answer(query, due);
  }

  /** Another on the link reported `group` as we would: once is enough, but in the full form. */
  handleGroupReport(group: Address): void {
    const member = this.#groups.get(this.#parameters.key(group));
    if (member === undefined || this.#form === 'full') return;
    member.due = undefined;
    member.changes = 0;
    member.lastReporter = false;
  }

  handleTimeout(now: Instant): void {
    this.#forgetOlder(now);
    if (this.#changesDue !== undefined && this.#changesDue <= now) this.#tellAgain(now);
    if (this.#generalDue !== undefined && this.#generalDue <= now) {
      this.#generalDue = undefined;
      this.#report([...this.#joined()].map(({ group }) => whole('IS_EX', group)));
    }
    for (const member of this.#groups.values()) {
      if (member.due !== undefined && member.due <= now) this.#reportOne(member, now);
    }
  }

  pollTimeout(): Instant | undefined {
    let first = earliest(this.#bareUntil, this.#plainUntil, this.#generalDue, this.#changesDue);
    for (const { due } of this.#groups.values()) {
      if (due !== undefined && (first === undefined || due < first)) first = due;
    }
    return first;
  }

  pollOutput(): Output<Address, Older> | undefined {
    return this.#outbox.shift();
  }

  *#joined(): Generator<Group<Address>> {
    for (const member of this.#groups.values()) if (member.joined) yield member;
  }

  /** RFC 3376 §5.2, rules 2 … 5: rule 1 was the caller's. */
  #answer({ group, sources }: Query<Address>, due: Instant): void {
    if (group === undefined) {
      this.#generalDue = due;
      return;
    }
    const { key } = this.#parameters;
    const member = this.#groups.get(key(group));
    if (member === undefined || !member.joined) return;
    const pending = member.due !== undefined;
    const whole = sources.length === 0 || (pending && member.sources.size === 0);
    if (whole) member.sources.clear();
    else for (const source of sources) member.sources.set(key(source), source);
    if (member.sources.size > this.#parameters.sourcesMax) member.sources.clear();
    member.due = earliest(member.due, due);
  }

  /** RFC 2236 §3, RFC 2710 §4: each group at a time of its own. */
  #answerEach({ group }: Query<Address>, most: Duration, now: Instant): void {
    const { key } = this.#parameters;
    for (const member of this.#joined()) {
      const asked = group === undefined || key(group) === key(member.group);
      if (asked) member.due = earliest(member.due, after(now, this.#upTo(most)));
    }
  }

  /** Which form the querier has, and what it says of itself. */
  #learn(query: Query<Address>, now: Instant): void {
    if (query.form === 'full') {
      this.#robustness = query.robustness === 0 ? ROBUSTNESS_VARIABLE : query.robustness;
      this.#interval = query.interval === 0 ? QUERY_INTERVAL : query.interval;
      return;
    }
    const silence = this.#robustness * this.#interval;
    const response = query.form === 'bare' ? RESPONSE_TIME_BARE : query.maxResponse;
    const until = after(now, (silence + response) as Duration);
    if (query.form === 'bare') this.#bareUntil = until;
    // §7.2.1: a query for one group may be the last of a querier that is gone.
    else if (query.group === undefined) this.#plainUntil = until;
    this.#follow();
  }

  #forgetOlder(now: Instant): void {
    if (this.#bareUntil !== undefined && this.#bareUntil <= now) this.#bareUntil = undefined;
    if (this.#plainUntil !== undefined && this.#plainUntil <= now) this.#plainUntil = undefined;
    this.#follow();
  }

  /** Takes the form of the oldest querier that is there. */
  #follow(): void {
    const newer = this.#plainUntil === undefined ? 'full' : 'plain';
    const form = this.#bareUntil === undefined ? newer : 'bare';
    if (form === this.#form) return;
    this.#form = form;
    this.#generalDue = undefined;
    this.#changesDue = undefined;
    for (const [id, member] of this.#groups) {
      member.changes = 0;
      member.due = undefined;
      member.sources.clear();
      if (!member.joined) this.#groups.delete(id);
    }
  }

  /** §5.1: at once, and again until it is told `robustness` times. */
  #tellChange(members: readonly Group<Address>[], now: Instant): void {
    for (const member of members) member.changes = this.#robustness;
    if (this.#form === 'full') {
      this.#tell(members);
      this.#changesDue = earliest(this.#changesDue, this.#nextChange(now));
      return;
    }
    for (const member of members) this.#reportOne(member, now);
  }

  #tellAgain(now: Instant): void {
    this.#tell([...this.#groups.values()].filter(({ changes }) => changes > 0));
    this.#changesDue = this.#nextChange(now);
  }

  #tell(members: readonly Group<Address>[]): void {
    this.#report(members.map(({ joined, group }) => whole(joined ? 'TO_EX' : 'TO_IN', group)));
    for (const member of members) {
      member.changes -= 1;
      const told = member.changes === 0 && !member.joined;
      if (told) this.#groups.delete(this.#parameters.key(member.group));
    }
  }

  #nextChange(now: Instant): Instant | undefined {
    for (const { changes } of this.#groups.values()) {
      if (changes > 0) return after(now, this.#upTo(UNSOLICITED_REPORT_INTERVAL));
    }
    return undefined;
  }

  /** One group by itself: the answer to a query, or in the older forms an unsolicited report. */
  #reportOne(member: Group<Address>, now: Instant): void {
    const { group } = member;
    member.due = undefined;
    if (this.#form === 'full') {
      const sources = [...member.sources.values()];
      member.sources.clear();
      this.#report([
        sources.length === 0 ? whole('IS_EX', group) : { type: 'IS_IN', group, sources },
      ]);
      return;
    }
    // Only a query of an older form leads to that form.
    this.#outbox.push({ kind: 'group report', form: this.#form as Older, group });
    member.lastReporter = true;
    member.changes = Math.max(member.changes - 1, 0);
    if (member.changes > 0) member.due = after(now, this.#upTo(UNSOLICITED_REPORT_INTERVAL_PLAIN));
  }

  #report(records: readonly GroupRecord<Address>[]): void {
    const { recordsMax } = this.#parameters;
    for (let at = 0; at < records.length; at += recordsMax) {
      this.#outbox.push({ kind: 'report', records: records.slice(at, at + recordsMax) });
    }
  }

  #upTo(most: Duration): Duration {
    return microseconds(fraction(this.#rng) * most);
  }
}

const whole = <Address>(type: RecordType, group: Address): GroupRecord<Address> => ({
  type,
  group,
  sources: [],
});
