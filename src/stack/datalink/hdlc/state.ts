/** The states of a combined station in asynchronous balanced mode, and what takes it from one to another. */
export type State =
  | 'disconnected'
  | 'connecting'
  | 'connected'
  | 'disconnecting'
  /** It sent FRMR, and waits for the peer to set the mode anew. */
  | 'frame-reject';

export type Transition = readonly [from: State, on: string, to: State];

/** ISO/IEC 13239:2002 §6.11 and ITU-T X.25 §2.4.4, as data: a test holds the station to it. */
export const TRANSITIONS: readonly Transition[] = [
  ['disconnected', 'connect: SABM sent', 'connecting'],
  ['disconnected', 'SABM received: UA', 'connected'],
  ['connecting', 'UA received', 'connected'],
  ['connecting', 'DM or DISC received', 'disconnected'],
  ['connecting', 'T1 ended N2 times', 'disconnected'],
  ['connecting', 'disconnect: DISC sent', 'disconnecting'],
  ['connected', 'disconnect: DISC sent', 'disconnecting'],
  ['connected', 'DISC received: UA', 'disconnected'],
  ['connected', 'DM received', 'disconnected'],
  ['connected', 'FRMR received, or N2 enquiries unanswered: SABM sent', 'connecting'],
  ['connected', 'a frame that cannot be: FRMR sent', 'frame-reject'],
  ['disconnecting', 'UA or DM received, or T1 ended N2 times', 'disconnected'],
  ['frame-reject', 'SABM received: UA', 'connected'],
  ['frame-reject', 'DISC received: UA', 'disconnected'],
  ['frame-reject', 'DM received', 'disconnected'],
  ['frame-reject', 'disconnect: DISC sent', 'disconnecting'],
  ['frame-reject', 'T1 ended N2 times: SABM sent', 'connecting'],
];
