/** `netlab line`, as its users run it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { netlab, ownFolder } from './netlab.ts';

describe('netlab line', () => {
  it.each(['emulated', 'mock'])('tests itself over the jumper of the %s board', async (on) => {
    const { code, stdout } = await netlab(['line', '--self-test', '--on', on]);
    expect(code).toBe(0);
    expect(stdout).toContain('All 12 parts of the raw line do what they should.');
  });

  it('shows which part a noisy wire fails, and ends with 1', async () => {
    const { code, stdout, stderr } = await netlab(['line', '--on', 'mock', '--noise', '0.2']);
    expect(code).toBe(1);
    expect(stdout).toContain('--');
    expect(stderr).toContain('jumper from GP2 to GP3');
  });

  it('sends bits, takes samples, and writes what they looked like', async () => {
    const folder = ownFolder();
    const { code, stdout } = await netlab(
      [
        ...[
          'line',
          'send',
          '--bits',
          '1011_0010',
          '--rate',
          '1M',
          '--count',
          '10',
          '--on',
          'emulated',
        ],
        ...['--vcd', 'wave.vcd', '--json'],
      ],
      { cwd: folder },
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      samples: '1011001000',
      ended: 'complete',
      rate: 1e6,
    });
    const vcd = readFileSync(join(folder, 'wave.vcd'), 'utf8');
    expect(vcd).toContain('$var wire 1 " sampled $end');
  });

  it('keeps what came before the trigger, and says where it is', async () => {
    const send = ['line', 'send', '--bits', '000011010', '--rate', '10k', '--on', 'mock'];
    const run = [...send, '--trigger', 'rising', '--count', '4', '--pre', '2'];
    const cwd = ownFolder();
    const { stdout } = await netlab([...run, '--vcd', 'wave.vcd'], { cwd });
    expect(stdout).toMatch(/^00\|1101\n2 of them came before the trigger/m);
    expect(readFileSync(join(cwd, 'wave.vcd'), 'utf8')).toContain('$var wire 1 # trigger $end');
    const machine = await netlab([...run, '--json'], { cwd });
    expect(JSON.parse(machine.stdout)).toMatchObject({ samples: '001101', before: 2 });
  });

  it.each([
    [
      'a trigger that does not come',
      7,
      ['sample', '--count', '8', '--trigger', 'rising', '--timeout', '0.05'],
    ],
    ['no rate', 2, ['sample', '--count', '8', '--rate', 'fast']],
    ['no bits', 2, ['send', '--bits', '012']],
    ['nothing to send', 2, ['send']],
    ['no count', 2, ['sample']],
    ['no word on what to do', 2, ['--count', '8']],
    ['no trigger for what comes before it', 2, ['sample', '--count', '8', '--pre', '2']],
    ['a rate beyond the board', 2, ['sample', '--count', '8', '--rate', '100M']],
  ])('says what is wrong with %s', async (_name, exitCode, args) => {
    const { code, stderr } = await netlab(['line', ...args, '--on', 'mock']);
    expect(code).toBe(exitCode);
    expect(stderr).toContain('Next: netlab line');
  });
});
