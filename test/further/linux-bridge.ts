/** A bridge of the Linux kernel with two ports, whose cables end in this process. Wants root and iproute2. */
import { openTap, type TapDevice } from '../../src/node/tap/tap-device.ts';
import type { PortState } from '../../src/stack/datalink/bridge/spanning-tree/port.ts';
import type { Times } from '../../src/stack/datalink/bridge/spanning-tree/priority.ts';
import { Namespace } from './netns.ts';

/** Its address. */
export const KERNEL: Uint8Array = Uint8Array.of(2, 0, 0, 0, 1, 0);
/** The path cost that the kernel gives a TAP device of 10 Mbit/s. */
export const COST = 100;
const PORTS = ['tap0', 'tap1'];
/** Linux' BR_STATE_*; its blocking and listening are one, discarding. */
const STATES: readonly (PortState | undefined)[] = [
  'discarding',
  'discarding',
  'learning',
  'forwarding',
  'discarding',
];

export class LinuxBridge {
  /** The other ends of its ports, in order. */
  readonly taps: TapDevice[] = [];
  readonly #namespace = Namespace.create();

  async open(priority: number, times: Times): Promise<void> {
    const namespace = this.#namespace;
    const address = [...KERNEL].map((octet) => octet.toString(16).padStart(2, '0')).join(':');
    namespace.ip('link', 'add', 'br0', 'address', address, 'type', 'bridge');
    for (const name of PORTS) {
      this.taps.push(await namespace.enter(() => openTap({ name })));
      namespace.ip('link', 'set', name, 'master', 'br0');
    }
    const { helloTime, maxAge, forwardDelay } = times;
    const hundredths = { hello_time: helloTime, max_age: maxAge, forward_delay: forwardDelay };
    const timers = Object.entries(hundredths).flatMap(([key, time]) => [key, String(100 * time)]);
    const set = ['link', 'set', 'br0', 'type', 'bridge'];
    namespace.ip(...set, ...timers, 'priority', String(priority));
    namespace.ip(...set, 'stp_state', '1');
    namespace.ip('link', 'set', 'br0', 'up');
  }

  /** As the kernel prints it: `8000.020000000100`. */
  get root(): string {
    return this.#read('br0/bridge/root_id');
  }

  get states(): readonly PortState[] {
    return PORTS.map((port) => STATES[Number(this.#read(`${port}/brport/state`))] ?? 'discarding');
  }

  #read(path: string): string {
    return this.#namespace.runBlocking('cat', `/sys/class/net/${path}`).trim();
  }

  close(): void {
    for (const tap of this.taps) tap.close();
    this.#namespace.close();
  }
}
