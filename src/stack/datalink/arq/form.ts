/**
 * The three forms of automatic repeat request are one protocol with two windows (A. S. Tanenbaum and D. J. Wetherall,
 * "Computer Networks", §3.4): how far the sender may be ahead, and how far ahead the receiver takes a frame.
 *
 *   form                 modulus   send window   receive window   a lost frame costs
 *   stop-and-wait           2           1              1          a round trip
 *   go-back-N              2^n       2^n − 1           1          all that was on its way behind it
 *   selective repeat       2^n      2^(n−1)         2^(n−1)       itself
 *
 * Neither may be larger: a receiver could not tell a new frame from one that is sent again.
 */
import { assert } from '../../../base/errors.ts';

export interface Form {
  readonly name: string;
  /** Frames are numbered modulo this, 2 … 256. */
  readonly modulus: number;
  readonly sendWindow: number;
  readonly receiveWindow: number;
}

export const STOP_AND_WAIT: Form = {
  name: 'stop-and-wait',
  modulus: 2,
  sendWindow: 1,
  receiveWindow: 1,
};

export const goBackN = (modulus: number, sendWindow = modulus - 1): Form =>
  checked({ name: 'go-back-N', modulus, sendWindow, receiveWindow: 1 });

export const selectiveRepeat = (modulus: number, window = modulus / 2): Form =>
  checked({ name: 'selective repeat', modulus, sendWindow: window, receiveWindow: window });

/** Both windows together do not exceed the modulus: else old and new numbers overlap. */
export const isSafe = ({ modulus, sendWindow, receiveWindow }: Form): boolean =>
  sendWindow >= 1 && receiveWindow >= 1 && sendWindow + receiveWindow <= modulus;

function checked(form: Form): Form {
  assert(
    form.modulus >= 2 && form.modulus <= 256,
    `a modulus of ${form.modulus} is not in 2 … 256`,
  );
  assert(
    isSafe(form),
    `windows of ${form.sendWindow} and ${form.receiveWindow} do not fit ${form.modulus}`,
  );
  return form;
}
