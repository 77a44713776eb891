/** The requirements of RFC 9293 by their labels, as its appendix B lists them, and which of them are omitted. */

export interface Requirement {
  /** MUST, SHLD, MAY or REC, and a number. */
  readonly label: string;
  /** Where in RFC 9293. */
  readonly section: string;
  /** In our words. What is forbidden says so. */
  readonly text: string;
}

export interface Group {
  readonly title: string;
  readonly requirements: readonly Requirement[];
}

/** A group's title, then a line for each of its requirements: label, section, text. */
const TABLE = `
PUSH flag
MAY-16 3.9.1.2 what is not pushed may wait for more
SHLD-27 3.9.1.2 pushes in a row become one, on the largest segment
MAY-15 3.9.1.2 SEND may have a PUSH flag
MUST-60 3.9.1.2 without it, data do not wait for ever
MUST-61 3.9.1.2 without it, PSH is on the last segment that is queued
MAY-17 3.9.1.3 the receiving application may be told of PSH
SHLD-28 3.9.1.2 segments are as large as can be

Window
MUST-1 3.1 the window is an unsigned number
REC-1 3.1 it is kept in 32 bits
SHLD-14 3.8.6 the receiver does not take back what it offered
SHLD-15 3.8.6 no new data are sent beyond a window that shrank
SHLD-16 3.8.6 what is unacknowledged and inside of it is sent again as ever
MAY-7 3.8.6 what is beyond it may be sent again too
SHLD-17 3.8.6 a connection does not time out for what is beyond it
MUST-34 3.8.6 a window that shrinks does no harm
MAY-8 3.8.6.1 the receiver may keep its window closed
MUST-35 3.8.6 a window that shrinks to zero is probed
MUST-36 3.8.6.1 a zero window is probed
SHLD-29 3.8.6.1 first after the retransmission timeout
SHLD-30 3.8.6.1 then at intervals that grow exponentially
MUST-37 3.8.6.1 while probes are acknowledged, the connection stays open
MUST-66 3.4 RST and URG count with a zero window too

Urgent data
MUST-30 3.8.5 there is an urgent pointer
MUST-62 3.8.5 it points behind the last urgent octet
MUST-31 3.8.5 urgent data have any length
MUST-32 3.8.5 the application is told when urgent data begin or become more
MUST-33 3.8.5 and can learn whether more of them are to be read
SHLD-13 3.8.5 new applications do not use it

Options
MUST-4 3.1 end of list, no-operation and maximum segment size are known
MUST-5 3.1 an option may come in any segment
MUST-6 3.1 an unknown one is ignored
MUST-68 3.1 all but the first two have a length
MUST-7 3.1 a wrong length does no harm
MUST-64 3.2 they may begin at any octet
MUST-14 3.7.1 the maximum segment size is sent and read
SHLD-5 3.7.1 it is sent in every SYN, unless it is the default
MAY-3 3.7.1 it may be sent always
MUST-15 3.7.1 without it the peer's is 536, or 1220 over IPv6
MUST-16 3.7.1 what is sent fits both the peer's and the IP layer's limit
SHLD-6 3.7.3 it is made from the least MTU of an interface whose MTU varies
MUST-65 3.2 it is in no segment without SYN
MUST-67 3.7.1 it is no more than can be received and reassembled
MUST-69 3.1 what follows the end of the list is zero

Checksum
MUST-2 3.1 the sender makes it
MUST-3 3.1 the receiver checks it

Initial sequence numbers
MUST-8 3.4.1 a clock drives them
SHLD-1 3.4.1 a keyed function of the connection is added
MUST-9 3.4.1 which nobody outside can compute

Opening
MUST-10 3.5 both may open at once
MUST-11 3.5 SYN-RECEIVED remembers whether it was LISTEN
MUST-41 3.9.1.1 a passive OPEN leaves other connections alone
MUST-42 3.9.1.1 LISTEN is possible while the port has connections in SYN-SENT or SYN-RECEIVED
MUST-44 3.9.1.1 IP chooses the local address for a SYN that has none
MUST-45 3.9.1.1 afterwards it stays the same
MUST-46 3.9.1.1 OPEN to an address that cannot be a peer's is refused
MUST-57 3.9.2.3 a SYN to a broadcast or multicast address is dropped in silence
MUST-63 3.9.2.3 a SYN from an address that cannot be a peer's is ignored

Closing
SHLD-2 3.5.3 a RST may carry data
MUST-12 3.6 the application learns whether the peer closed or aborted
MAY-1 3.6.1 after CLOSE there may be no more reading
SHLD-3 3.6.1 if so, a RST tells the peer that data were lost
MUST-13 3.6.1 who closes first stays in TIME-WAIT for two MSL
MAY-2 3.6.1 a SYN may open the connection anew from there
SHLD-4 3.6.1 timestamps shorten TIME-WAIT

Retransmission
MUST-19 3.8.2 there are slow start, congestion avoidance and exponential backoff
MAY-4 3.8.1 the same segment may have the same IP identification again
MUST-18 3.8.1 the timeout is RFC 6298's, with Karn's algorithm

Acknowledgments
MUST-58 3.10.7.4 one acknowledges several segments where it can
SHLD-31 3.10.7.4 segments out of order are kept
MUST-59 3.10.7.4 what is queued is processed before an acknowledgment is sent
MAY-13 3.10.7.4 a segment out of order may be acknowledged at once
SHLD-18 3.8.6.3 they are delayed
MUST-40 3.8.6.3 by less than half a second
SHLD-19 3.8.6.3 every second full-sized segment has one
MUST-39 3.8.6.2.2 the receiver avoids silly windows

Sending
MUST-49 3.9.2 the time to live can be set
MUST-38 3.8.6.2.1 the sender avoids silly windows
SHLD-7 3.7.4 there is the Nagle algorithm
MUST-17 3.7.4 the application can turn it off for a connection

Connection failures
MUST-20 3.8.3 R1 retransmissions tell IP, R2 close the connection
MUST-21 3.8.3 the application can set R2
SHLD-9 3.8.3 the application is told between the two
SHLD-10 3.8.3 R1 is three retransmissions or more
SHLD-11 3.8.3 R2 is 100 seconds or more
MUST-22 3.8.3 it is the same for a SYN
MUST-23 3.8.3 whose R2 is three minutes or more

Keep-alives
MAY-5 3.8.4 there may be keep-alives
MUST-24 3.8.4 the application can turn them on and off for a connection
MUST-25 3.8.4 they are off at first
MUST-26 3.8.4 they are sent only when nothing is outstanding and nothing came for an interval
MUST-27 3.8.4 which can be set
MUST-28 3.8.4 and is two hours or more at first
MUST-29 3.8.4 one that is not answered does not mean a dead connection
SHLD-12 3.8.4 they have no data
MAY-6 3.8.4 or may be set to have one octet

IP options
MUST-50 3.9.2 those that are unknown are ignored
MAY-10 3.9.2 the timestamp option may be supported
MAY-11 3.9.2 the record route option may be supported
MUST-51 3.9.2.1 an application can give a source route
MUST-52 3.9.2.1 which goes before one that came in
MUST-53 3.9.2.1 the return route of a SYN is used
SHLD-24 3.9.2.1 a later one takes its place

ICMP
MUST-54 3.9.2.2 an error reaches the connection that it is about
SHLD-25 3.9.2.2 soft errors are shown to the application
MUST-56 3.9.2.2 but do not abort
SHLD-26 3.9.2.2 hard errors abort
MUST-55 3.9.2.2 source quench is dropped in silence

Interface to the application
MUST-47 3.9.1.8 soft errors are reported
SHLD-20 3.9.1.8 the application need not hear of them
MUST-48 3.9.1.9 the application can give the Differentiated Services field
SHLD-22 3.9.1.9 it goes to IP as it is
SHLD-21 3.9.1.9 it can be changed while the connection lasts
SHLD-23 3.9.2 applications in general do not
MAY-9 3.9.1.9 what came in may be shown to the application
MAY-14 3.9.1.7 there may be a FLUSH call
MUST-43 3.9.1.1 OPEN can have a local address

Protection, marks, other algorithms
MAY-12 3.10.7.4 injected data may be fended off as RFC 5961 says
SHLD-8 3.8.2 there is ECN
MAY-18 3.8.2 there may be other congestion controls that conform
`;

/** Labels that are not met, and why. */
export const OMISSIONS: Readonly<Record<string, string>> = {
  'MAY-4':
    'not taken: a retransmission is a new datagram; RFC 6864 gives the field no meaning here',
  'MAY-6': 'not taken: no peer that wants the octet is left',
  'MAY-9':
    'not taken: a datagram socket shows it with each datagram, and octets of a stream come by segments of any kind',
  'MAY-10': 'not taken: routers drop datagrams with options (RFC 7126)',
  'MAY-11': 'not taken: as MAY-10',
  'MAY-14': 'not taken: what is queued can be got rid of with the connection alone',
  'MAY-15': 'not taken: all that is written is pushed',
  'MAY-17': 'not taken: what came can be read at once, pushed or not',
  'MUST-51':
    'source routes are not supported: RFC 7126 §4.3 and §4.4 has them dropped, and RFC 5095 those of IPv6',
  'MUST-52': 'as MUST-51',
  'MUST-53': 'as MUST-51: who answers along the route of a stranger can be led anywhere',
  'SHLD-24': 'as MUST-51',
  'SHLD-6': 'no interface here has an MTU that varies from packet to packet',
  'SHLD-13': 'is addressed to applications',
  'SHLD-23': 'is addressed to applications',
};

const LINE = /^((?:MUST|SHLD|MAY|REC)-\d+) ([\d.]+) (.+)$/;

function parse(block: string): Group {
  const [title = '', ...lines] = block.split('\n');
  const requirements = lines.map((line) => {
    const [, label, section, text] = LINE.exec(line) ?? [];
    if (label === undefined || section === undefined || text === undefined) throw new Error(line);
    return { label, section, text };
  });
  return { title, requirements };
}

export const GROUPS: readonly Group[] = TABLE.trim().split('\n\n').map(parse);
