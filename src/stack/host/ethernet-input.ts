/**
 * From a frame to what it carries: Ethernet II, and as the interface is configured IEEE 802.3 with LLC and
 * SNAP (RFC 1042), and one VLAN tag. One object is filled again for each frame.
 */
import type { Packet } from '../../base/packet.ts';
import { TYPE } from '../datalink/ethernet/ethernet-ii.ts';
import { HEADER_LENGTH, TYPE_MIN } from '../datalink/ethernet/header.ts';
import type { Interface } from './interface.ts';

const TAG_LENGTH = 4;
const SNAP_LENGTH = 8;
/** LLC and the first octet of the OUI, then the rest of it: RFC 1042's. */
const SNAP_FIRST = 0xaaaa0300;

export class FrameReader {
  type = 0;
  /** What it carries, padding included when the form has no length. */
  at = 0;
  end = 0;
  /** Sent to a group or to all: about what it carries no error is sent (RFC 1122 §3.2.2). */
  toGroup = false;

  /** Reads the frame at `start` … `end` − 1; false when it is not for us, or no frame. */
  read(device: Interface, p: Packet, start: number, end: number): boolean {
    const { counters } = device;
    counters.inFrames += 1;
    counters.inOctets += end - start;
    if (end - start < HEADER_LENGTH) {
      counters.inErrors += 1;
      return false;
    }
    if (!device.accepts(p, start)) {
      counters.inIgnored += 1;
      return false;
    }
    this.toGroup = (p.view.getUint8(start) & 1) !== 0;
    this.type = p.view.getUint16(start + HEADER_LENGTH - 2);
    this.at = start + HEADER_LENGTH;
    this.end = end;
    const taken =
      this.#takeTag(device.vlan, p) &&
      (this.type >= TYPE_MIN || (device.snap && this.#takeSnap(p)));
    if (!taken) counters.inIgnored += 1;
    return taken;
  }

  /** IEEE 802.1Q §9.6: VID 0 is no VLAN, only a priority. */
  #takeTag(vlan: number | undefined, p: Packet): boolean {
    if (this.type !== TYPE.tag) return vlan === undefined;
    if (this.end - this.at < TAG_LENGTH) return false;
    const vid = p.view.getUint16(this.at) & 0xfff;
    this.type = p.view.getUint16(this.at + 2);
    this.at += TAG_LENGTH;
    return vid === (vlan ?? 0);
  }

  /** The type field was a length. */
  #takeSnap(p: Packet): boolean {
    const end = this.at + this.type;
    if (this.type < SNAP_LENGTH || end > this.end) return false;
    if (p.view.getUint32(this.at) !== SNAP_FIRST || p.view.getUint16(this.at + 4) !== 0)
      return false;
    this.type = p.view.getUint16(this.at + 6);
    this.at += SNAP_LENGTH;
    this.end = end;
    return true;
  }
}
