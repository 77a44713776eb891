/** The script's names of ICMP types and codes: RFC 792, RFC 1122, RFC 1812 and RFC 4443. */
import { Misfit } from '../script-error.ts';

interface Named {
  readonly type: number;
  readonly codes?: Readonly<Record<string, number>>;
}

const V4: Readonly<Record<string, Named>> = {
  echo_reply: { type: 0 },
  unreachable: {
    type: 3,
    codes: {
      net_unreachable: 0,
      host_unreachable: 1,
      protocol_unreachable: 2,
      port_unreachable: 3,
      frag_needed: 4,
      source_route_failed: 5,
      net_unknown: 6,
      host_unknown: 7,
      source_host_isolated: 8,
      net_prohibited: 9,
      host_prohibited: 10,
      net_unreachable_for_tos: 11,
      host_unreachable_for_tos: 12,
      packet_filtered: 13,
      precedence_violation: 14,
      precedence_cutoff: 15,
    },
  },
  source_quench: { type: 4 },
  redirect: { type: 5 },
  echo_request: { type: 8 },
  time_exceeded: { type: 11 },
  parameter_problem: { type: 12 },
  timestamp_request: { type: 13 },
  timestamp_reply: { type: 14 },
  information_request: { type: 15 },
  information_reply: { type: 16 },
  address_mask_request: { type: 17 },
  address_mask_reply: { type: 18 },
};

const V6: Readonly<Record<string, Named>> = {
  unreachable: {
    type: 1,
    codes: {
      no_route: 0,
      admin_prohibited: 1,
      not_neighbour: 2,
      address_unreachable: 3,
      port_unreachable: 4,
    },
  },
  packet_too_big: { type: 2 },
  time_exceeded: { type: 3, codes: { exceeded_hop_limit: 0, exceeded_frag_time: 1 } },
  parameter_problem: {
    type: 4,
    codes: { header_field: 0, unknown_next_header: 1, unknown_option: 2 },
  },
  echo_request: { type: 128 },
  echo_reply: { type: 129 },
};

/** `type_7` and `code_3` name numbers. @throws Misfit */
export function icmpNumbers(
  typeName: string,
  codeName: string | undefined,
  overIpv4: boolean,
  line: number,
): { type: number; code: number } {
  const table = overIpv4 ? V4 : V6;
  const named = Object.hasOwn(table, typeName) ? table[typeName] : undefined;
  const type = named?.type ?? numbered('type', typeName, line);
  if (codeName === undefined) return { type, code: 0 };
  const codes = named?.codes ?? {};
  const code = Object.hasOwn(codes, codeName) ? codes[codeName] : undefined;
  return { type, code: code ?? numbered('code', codeName, line) };
}

function numbered(what: string, name: string, line: number): number {
  const digits = name.startsWith(`${what}_`) ? name.slice(what.length + 1) : '';
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > 0xff) {
    throw new Misfit(line, `${name} is no ICMP ${what} of this version of IP`);
  }
  return Number(digits);
}
