import { describe, expect, it } from 'vitest';
import { EXIT, InvariantError, NetlabError, UsageError } from '../base/errors.ts';
import { describeFailure } from './failure.ts';

describe('an error as its reader gets it', () => {
  it('says what happened, why, and what to run next', () => {
    const error = new NetlabError('port-busy', EXIT.noBoard, 'busy', {
      port: '/dev/ttyACM0',
      holder: 'minicom (42)',
    });
    expect(describeFailure(error, 'en', 'run')).toMatchObject({
      code: 'port-busy',
      exitCode: 4,
      what: 'Another program has /dev/ttyACM0 open.',
      why: 'It is minicom (42). Close it there and run the same command again.',
      next: 'netlab boards',
    });
  });

  it('names the command that was run, where its help is what to read next', () => {
    const error = new UsageError('bad-ip-address', 'no address', { address: 'x' });
    expect(describeFailure(error, 'en', 'ping').next).toBe('netlab ping --help');
  });

  it('has another sentence where a blank is not known', () => {
    const error = new NetlabError('port-busy', EXIT.noBoard, 'busy', { port: 'COM5', holder: '' });
    expect(describeFailure(error, 'en', 'run').why).toMatch(/^Which one, the system does not say/);
  });

  it('says what the port reported of the line', () => {
    const errors = { breaks: 0, framing: 3, parity: 0, overruns: 1 };
    const error = new NetlabError('board-lost', EXIT.boardFault, 'lost', {
      ...{ port: 'rfc2217://pi', silence_ms: 1000 },
      ...errors,
    });
    expect(describeFailure(error, 'en', 'run').why).toBe(
      'It hangs, or its cable is out. The port reported framing errors: 3, overruns: 1. Wrong line rate, or a noisy line?',
    );
    expect(describeFailure(error, 'ko', 'run').why).toContain('프레이밍 오류 3건, 오버런 1건');
  });

  it('speaks Korean', () => {
    const error = new NetlabError('port-lost', EXIT.boardFault, 'lost', { port: 'COM5' });
    expect(describeFailure(error, 'ko', 'run').what).toBe('사용 중이던 COM5 포트가 사라졌습니다.');
  });

  it('falls back on the message of an error that no catalogue knows', () => {
    const error = new NetlabError('never-heard-of', EXIT.timeout, 'it was late');
    expect(describeFailure(error, 'ko', 'run')).toMatchObject({ what: 'it was late', exitCode: 7 });
  });

  it.each([new InvariantError('window is negative'), new TypeError('x is not a function')])(
    'owns up to a bug: %s',
    (error) => {
      const failure = describeFailure(error, 'en', 'run');
      expect(failure.what).toBe('This is a bug in netlab itself, not in your code.');
      expect(failure.exitCode).toBe(70);
      expect(failure.trace).toContain(error.message);
    },
  );
});
