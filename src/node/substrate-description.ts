import { toHex } from '../base/octets.ts';
import type { Identity } from '../hardware/control/identity.ts';
import type { SubstrateDescription, SubstrateKind } from '../lab/substrate.ts';

export const describeBoard = (
  kind: SubstrateKind,
  name: string,
  { board, firmware, sourceHash }: Identity,
  peer: string,
): SubstrateDescription => ({
  kind,
  name,
  board,
  firmwareVersion: firmware,
  sourceHash: sourceHash === undefined ? '' : toHex(sourceHash),
  peer,
});
