/** Perl's own TAP parser (Debian's perl) reads the TAP report. It knows version 13, of which 14 is an extension. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { tap } from '../../src/lab/report/tap.ts';
import { aVerdict } from '../labs/sample-verdict.ts';

const SCRIPT = `use TAP::Parser; local $/; my $p = TAP::Parser->new({ tap => <STDIN> });
while (my $r = $p->next) {} print join(",", $p->passed), ";", join(",", $p->failed), ";",
join(",", $p->skipped), ";", $p->is_good_plan ? "good" : "bad", ";", join("|", $p->parse_errors);`;

it('is read by TAP::Parser as it was meant', () => {
  const stream = tap.write(aVerdict(), 'en').replace('TAP version 14', 'TAP version 13');
  const { stdout, stderr } = spawnSync('perl', ['-e', SCRIPT], { input: stream, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toBe('1,3,5;2,4;5;good;');
});
