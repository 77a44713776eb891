/** English of the bench: which boards there are, who has them, and the inventory. */
export const benchEn = {
  'boards.none': 'No serial port was found. Without a board everything runs on the emulated one.',
  'boards.free': 'free',
  'boards.unasked': 'not asked',
  'boards.held': '{command} of {user} ({host}, PID {pid}), for {age}; expires in {expiry}',
  'boards.written': 'Added to {path}: {added}',
  'boards.unchanged': '{path} has them all already.',
  'boards.seconds': '{seconds} s',
  'boards.minutes': '{minutes} min',
  'boards.hours': '{hours} h {minutes} min',

  'lease.taken-over.gone':
    '{port} was taken over from `{command}` (PID {pid}), which ended without giving it back.',
  'lease.taken-over.expired':
    '{port} was taken over from `{command}` (PID {pid} at {host}), which gave no sign of life for a minute.',
  'lease.unkept':
    'No lease can be kept, so other netlabs will not see that the board is in use: {reason}',

  'error.board-leased.what': 'Another netlab is using {port}.',
  'error.board-leased.why':
    '`{command}` of {user} at {host}, PID {pid}, has had it for {age_s} s. Wait for it, end it there, or take another board.',
  'error.board-leased.next': 'netlab boards',
  'error.lease-lost.what': 'Another netlab has taken {port} over.',
  'error.lease-lost.why':
    'This one had given no sign of life for a minute: the machine slept, or the process was stopped.',
  'error.lease-lost.next': 'netlab boards',
  'error.no-such-board.what': '`{board}` is neither a port nor a board of the inventory.',
  'error.no-such-board.why': 'Did you mean `{near}`? {file} has: {boards}.',
  'error.no-such-board.why.empty': 'No board has a name like that in netlab.bench.json.',
  'error.no-such-board.next': 'netlab boards',
  'error.board-absent.what': '{board} is not plugged in.',
  'error.board-absent.why': 'No port of this machine has the {by} {value}.',
  'error.board-absent.next': 'netlab boards',
  'error.fixture-missing.what': '{board} has no {fixtures}.',
  'error.fixture-missing.why':
    'The inventory does not have it. Plug it in and write it down, or run without a board.',
  'error.fixture-missing.next': 'netlab run lab03 --on emulated',
  'error.bench-missing.what': 'There is no inventory {path}.',
  'error.bench-missing.why': '--bench or NETLAB_BENCH names it.',
  'error.bench-missing.next': 'netlab boards --write --bench {path}',
  'error.bench-not-json.what': 'The inventory {path} is no JSON document.',
  'error.bench-not-json.why': 'The parser says: {reason}',
  'error.bench-not-json.next': 'netlab boards --write --bench netlab.bench.new.json',
  'error.bench-unfit.what': 'The inventory {path} has something unfit at {at}.',
  'error.bench-unfit.why': 'It is {found}. This would do: {example}',
  'error.bench-unfit.why.empty': 'It is missing. This would do: {example}',
  'error.bench-unfit.next': 'netlab boards',
  'error.bench-unknown-member.what':
    'The inventory {path} has an unknown member `{member}` at {at}.',
  'error.bench-unknown-member.why': 'Did you mean `{near}`? There may be: {members}.',
  'error.bench-unknown-member.why.empty': 'There may be: {members}.',
  'error.bench-unknown-member.next': 'netlab boards',

  'help.flag.bench':
    'The inventory of boards; else NETLAB_BENCH, else netlab.bench.json here or above.',
  'help.boards.summary':
    'List ports and boards: firmware, who has each, and why one cannot be used.',
  'help.boards.description':
    'Recognises boards by their USB identity and by the inventory netlab.bench.json, and greets those that nobody uses. Also called `netlab ports`.',
  'help.boards.flag.greet': 'Ask free boards who they are. Without it nothing is opened.',
  'help.boards.flag.write':
    'Put the boards that were found into netlab.bench.json; what is there stays.',
} as const;
