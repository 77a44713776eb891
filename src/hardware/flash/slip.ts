/** SLIP (RFC 1055), in which the ESP chips' ROM wraps each packet: an END before it and one after. */
const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;

/** No answer of the ROM is longer; what is was none, and is dropped. */
const PACKET_MAX = 4096;

export function encodeSlip(packet: Uint8Array): Uint8Array {
  const octets: number[] = [END];
  for (const octet of packet) {
    if (octet === END) octets.push(ESC, ESC_END);
    else if (octet === ESC) octets.push(ESC, ESC_ESC);
    else octets.push(octet);
  }
  octets.push(END);
  return Uint8Array.from(octets);
}

/** Text between packets, such as what the chip says when it starts, comes out as packets of its own. */
export class SlipDecoder {
  #packet: number[] = [];
  #escaped = false;
  #spoilt = false;

  handleOctets(octets: Uint8Array, deliver: (packet: Uint8Array) => void): void {
    for (const octet of octets) {
      if (octet === END) this.#finish(deliver);
      else if (this.#escaped) this.#unescape(octet);
      else if (octet === ESC) this.#escaped = true;
      else this.#take(octet);
    }
  }

  reset(): void {
    this.#packet = [];
    this.#escaped = false;
    this.#spoilt = false;
  }

  #finish(deliver: (packet: Uint8Array) => void): void {
    const whole = !this.#spoilt && !this.#escaped && this.#packet.length > 0;
    const packet = Uint8Array.from(this.#packet);
    this.reset();
    if (whole) deliver(packet);
  }

  /** RFC 1055 leaves anything else after ESC open: here it spoils the packet. */
  #unescape(octet: number): void {
    this.#escaped = false;
    if (octet === ESC_END) this.#take(END);
    else if (octet === ESC_ESC) this.#take(ESC);
    else this.#spoilt = true;
  }

  #take(octet: number): void {
    if (this.#packet.length < PACKET_MAX) this.#packet.push(octet);
    else this.#spoilt = true;
  }
}
