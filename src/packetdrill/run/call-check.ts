/** What came of a system call against what the script says. */
import type { Profile } from '../../stack/transport/tcp/config.ts';
import { canonicalErrno, errnoNumber } from '../constants.ts';
import type { CallAction, Expression } from '../language/ast.ts';
import { Misfit } from '../script-error.ts';
import type { CallResult, SocketCall } from '../subject.ts';
import { parameter } from './call-reader.ts';
import { Failure } from './outcome.ts';
import { describeOptionValue, matchesOption } from './socket-option.ts';
import { controlOf, fieldOf, numberOf, optionalNumber } from './values.ts';

/** Calls whose result is a new descriptor, which the script numbers as it likes. */
export const makesDescriptor = (call: SocketCall): boolean =>
  call.name === 'socket' || call.name === 'accept' || call.name === 'epoll-create';

/** @throws Failure, Misfit */
export function checkResult(
  action: CallAction,
  call: SocketCall,
  result: CallResult,
  profile: Profile,
): void {
  checkValue(action, call, result, profile);
  if (result.value < 0) return;
  if (call.name === 'get-option') checkOption(action, result, profile);
  if (call.name === 'ioctl') checkArgument(action, result, profile);
  if (action.name === 'recvmsg') checkControl(action, result, profile);
  if (call.name === 'poll') checkPoll(action, result, profile);
  if (call.name === 'epoll-wait') checkEpoll(action, result, profile);
}

function checkValue(
  action: CallAction,
  call: SocketCall,
  result: CallResult,
  profile: Profile,
): void {
  const { line, name, errno } = action;
  const expected = optionalNumber(action.result, profile);
  if (expected === undefined) return;
  if (errno !== undefined && errnoNumber(errno, profile) === undefined) {
    throw new Misfit(line, `the error ${errno} is not known`);
  }
  const anyDescriptor = makesDescriptor(call) && expected >= 0 && result.value >= 0;
  const sameValue = anyDescriptor || expected === result.value;
  const sameErrno = errno === undefined || canonicalErrno(errno) === result.errno;
  if (sameValue && sameErrno) return;
  if (result.errno === 'ENOPROTOOPT' && 'option' in call) {
    throw new Misfit(line, `the socket option ${call.option} is not supported`);
  }
  const field = sameValue ? 'errno' : 'result';
  throw new Failure(line, 'call', `${name} gave another result`, {
    expected: showResult(expected, errno),
    actual: showResult(result.value, result.errno),
    differences: [
      {
        field,
        expected: sameValue ? String(errno) : String(expected),
        actual: sameValue ? String(result.errno) : String(result.value),
      },
    ],
  });
}

const showResult = (value: number, errno: string | undefined): string =>
  errno === undefined ? String(value) : `${value} ${errno}`;

function checkOption(action: CallAction, result: CallResult, profile: Profile): void {
  const expected = parameter(action, 3);
  const { option } = result;
  if (option === undefined || matchesOption(expected, option, profile)) return;
  const actual = describeOptionValue(option);
  const shown = describeExpression(expected);
  throw new Failure(action.line, 'call', `${action.name} gave another value`, {
    expected: shown,
    actual,
    differences: [{ field: 'value', expected: shown, actual }],
  });
}

function checkArgument(action: CallAction, result: CallResult, profile: Profile): void {
  const expected = optionalNumber(parameter(action, 2), profile);
  const actual = result.option;
  if (expected === undefined || actual === undefined || expected === actual) return;
  throw new Failure(action.line, 'call', `${action.name} gave another value`, {
    expected: String(expected),
    actual: describeOptionValue(actual),
    differences: [
      { field: 'value', expected: String(expected), actual: describeOptionValue(actual) },
    ],
  });
}

function checkControl(action: CallAction, result: CallResult, profile: Profile): void {
  for (const { data } of controlOf(parameter(action, 1))) {
    const expected = optionalNumber(data, profile);
    if (expected === undefined || expected === result.unread) continue;
    const field = { expected: String(expected), actual: String(result.unread ?? 'none') };
    throw new Failure(action.line, 'call', 'recvmsg gave another number of unread octets', {
      ...field,
      differences: [{ field: 'TCP_CM_INQ', ...field }],
    });
  }
}

function checkPoll(action: CallAction, result: CallResult, profile: Profile): void {
  const list = parameter(action, 0);
  if (list.kind !== 'list') return;
  for (const [i, item] of list.items.entries()) {
    const revents = fieldOf(item, 'revents');
    checkEvents(action, revents, result.ready?.[i]?.events ?? 0, profile);
  }
}

/** One event may stand without the brackets of a list. */
function checkEpoll(action: CallAction, result: CallResult, profile: Profile): void {
  const list = parameter(action, 1);
  const items = list.kind === 'list' ? list.items : [list];
  for (const [i, item] of items.entries()) {
    if (i < result.value) {
      checkEvents(action, fieldOf(item, 'events'), result.ready?.[i]?.events ?? 0, profile);
    }
  }
}

function checkEvents(
  action: CallAction,
  e: Expression | undefined,
  actual: number,
  profile: Profile,
): void {
  if (e === undefined || e.kind === 'any' || numberOf(e, profile) === actual) return;
  const expected = `0x${numberOf(e, profile).toString(16)}`;
  throw new Failure(action.line, 'call', `${action.name} gave other events`, {
    expected,
    actual: `0x${actual.toString(16)}`,
    differences: [{ field: 'events', expected, actual: `0x${actual.toString(16)}` }],
  });
}

/** In the script's words, as far as a message needs them. */
export function describeExpression(e: Expression): string {
  switch (e.kind) {
    case 'any':
      return '...';
    case 'number':
      return String(e.value);
    case 'word':
      return e.name;
    case 'text':
      return JSON.stringify(e.value);
    case 'list':
      return `[${e.items.map(describeExpression).join(', ')}]`;
    case 'struct':
      return `{${e.items.map(describeExpression).join(', ')}}`;
    case 'or':
      return `${describeExpression(e.left)}|${describeExpression(e.right)}`;
    case 'field':
      return `${e.name}=${describeExpression(e.value)}`;
    case 'apply':
      return `${e.name}(${e.parameters.map(describeExpression).join(', ')})`;
  }
}
