/** The states of a connection and what leads from one to another, RFC 9293 §3.3.2, figure 5. */
export type State =
  | 'CLOSED'
  | 'LISTEN'
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT';

export type Cause =
  | 'passive OPEN'
  | 'active OPEN'
  | 'CLOSE'
  | 'SYN'
  | 'SYN and its ACK'
  | 'ACK of SYN'
  | 'FIN'
  | 'ACK of FIN'
  | 'FIN and ACK of FIN'
  | 'RST'
  | '2MSL';

/** What is not here does not happen: `transition` of it is a bug. A RST or an ABORT lead to CLOSED from anywhere. */
export const TRANSITIONS: Readonly<Record<State, Readonly<Partial<Record<Cause, State>>>>> = {
  CLOSED: { 'passive OPEN': 'LISTEN', 'active OPEN': 'SYN-SENT' },
  LISTEN: { SYN: 'SYN-RECEIVED', CLOSE: 'CLOSED' },
  'SYN-SENT': {
    SYN: 'SYN-RECEIVED',
    'SYN and its ACK': 'ESTABLISHED',
    CLOSE: 'CLOSED',
    RST: 'CLOSED',
  },
  'SYN-RECEIVED': {
    'ACK of SYN': 'ESTABLISHED',
    CLOSE: 'FIN-WAIT-1',
    FIN: 'CLOSE-WAIT',
    RST: 'CLOSED',
  },
  ESTABLISHED: { CLOSE: 'FIN-WAIT-1', FIN: 'CLOSE-WAIT', RST: 'CLOSED' },
  'FIN-WAIT-1': {
    'ACK of FIN': 'FIN-WAIT-2',
    FIN: 'CLOSING',
    'FIN and ACK of FIN': 'TIME-WAIT',
    RST: 'CLOSED',
  },
  'FIN-WAIT-2': { FIN: 'TIME-WAIT', RST: 'CLOSED' },
  'CLOSE-WAIT': { CLOSE: 'LAST-ACK', RST: 'CLOSED' },
  CLOSING: { 'ACK of FIN': 'TIME-WAIT', RST: 'CLOSED' },
  'LAST-ACK': { 'ACK of FIN': 'CLOSED', RST: 'CLOSED' },
  'TIME-WAIT': { '2MSL': 'CLOSED', RST: 'CLOSED' },
};

/** The state's number in Linux's tcp_info, TCP_ESTABLISHED … TCP_CLOSING. */
export const LINUX_NUMBER: Readonly<Record<State, number>> = {
  ESTABLISHED: 1,
  'SYN-SENT': 2,
  'SYN-RECEIVED': 3,
  'FIN-WAIT-1': 4,
  'FIN-WAIT-2': 5,
  'TIME-WAIT': 6,
  CLOSED: 7,
  'CLOSE-WAIT': 8,
  'LAST-ACK': 9,
  LISTEN: 10,
  CLOSING: 11,
};
