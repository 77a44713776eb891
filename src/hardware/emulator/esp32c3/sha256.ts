/** SHA-256, FIPS 180-4 §6.2: the mask ROM checks the image by it. */
const PRIMES_END = 312;

/** The first 32 bits behind the point of the roots of the first primes, §4.2.2 and §5.3.3. */
function rootsOfPrimes(count: number, root: (prime: number) => number): Int32Array {
  const roots = new Int32Array(count);
  const composite = new Set<number>();
  for (let n = 2, found = 0; n < PRIMES_END && found < count; n++) {
    if (composite.has(n)) continue;
    for (let multiple = n * n; multiple < PRIMES_END; multiple += n) composite.add(multiple);
    roots[found] = (root(n) % 1) * 2 ** 32;
    found += 1;
  }
  return roots;
}

const K = rootsOfPrimes(64, Math.cbrt);
const H = rootsOfPrimes(8, Math.sqrt);

const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n));
const at = (words: Int32Array, i: number): number => words[i] ?? 0;

function schedule(block: DataView, offset: number): Int32Array {
  const w = new Int32Array(64);
  for (let t = 0; t < 16; t++) w[t] = block.getInt32(offset + 4 * t);
  for (let t = 16; t < 64; t++) {
    const x = at(w, t - 15);
    const y = at(w, t - 2);
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[t] = at(w, t - 16) + s0 + at(w, t - 7) + s1;
  }
  return w;
}

function compress(state: Int32Array, w: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let t = 0; t < 64; t++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + at(K, t) + at(w, t)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i] = at(state, i) + value;
}

export function sha256(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((((message.length + 8) >> 6) + 1) << 6);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, message.length << 3);
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
  const state = H.slice();
  for (let offset = 0; offset < padded.length; offset += 64) {
    compress(state, schedule(view, offset));
  }
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  for (const [i, word] of state.entries()) out.setInt32(4 * i, word);
  return digest;
}
