/** TFO_COOKIE, the name of scripts for the cookie that the stack under test gives its peer (RFC 7413). */
import type { PacketAction, TcpOption } from '../language/ast.ts';
import { Misfit } from '../script-error.ts';

/** The packet with the cookie itself. @throws Misfit when the stack has none to give */
export function withCookie(
  packet: PacketAction,
  cookie: () => Uint8Array | undefined,
): PacketAction {
  const { transport, line } = packet;
  if (transport.protocol !== 'tcp' || transport.options === 'any') return packet;
  if (!transport.options.some(isNamed)) return packet;
  const own = cookie();
  if (own === undefined) throw new Misfit(line, 'the stack under test gives no TFO_COOKIE');
  const options = transport.options.map((o) => (isNamed(o) ? { ...o, cookie: own } : o));
  return { ...packet, transport: { ...transport, options } };
}

type Named = Extract<TcpOption, { kind: 'fast-open' }>;

const isNamed = (option: TcpOption): option is Named =>
  option.kind === 'fast-open' && option.cookie === 'own';
