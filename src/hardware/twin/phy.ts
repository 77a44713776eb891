/** The W5500's PHY as far as PHYCFGR shows it (datasheet §4.1). */
import { PHY_MODE, type PhyState } from '../control/messages.ts';

type Ability = Pick<PhyState, 'speed' | 'duplex'>;

/** What a link is like in each mode of OPMDC, the partner being capable of all. */
const ABILITY: Readonly<Record<number, Ability>> = {
  [PHY_MODE['10BT-H']]: { speed: 10, duplex: 'half' },
  [PHY_MODE['10BT-F']]: { speed: 10, duplex: 'full' },
  [PHY_MODE['100BT-H']]: { speed: 100, duplex: 'half' },
  [PHY_MODE['100BT-F']]: { speed: 100, duplex: 'full' },
  [PHY_MODE['100BT-H-AUTO']]: { speed: 100, duplex: 'half' },
  [PHY_MODE['ALL-AUTO']]: { speed: 100, duplex: 'full' },
};

const NO_LINK: Ability = { speed: 10, duplex: 'half' };

export const isPhyMode = (mode: number): boolean => Object.values<number>(PHY_MODE).includes(mode);

export function phyState(cable: boolean, mode: number): PhyState {
  const ability = ABILITY[mode]; // None when powered down.
  const link = cable && ability !== undefined;
  return { link, mode, ...(link ? ability : NO_LINK) };
}
