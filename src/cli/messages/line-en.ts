/** English, the part about the raw line: see `en.ts`. */
export const lineEn = {
  'line.self-test': '{name}: raw line, {sendPin} to {samplePin} by a jumper',
  'line.test': '  {mark}  {rate} Hz: {part}',
  'line.part.idle-0': 'idle low',
  'line.part.idle-1': 'idle high',
  'line.part.loop': 'what is sent comes back',
  'line.part.trigger': 'a rising edge starts the sampling',
  'line.part.timeout': 'no trigger is told of',
  'line.part.open-drain-up': 'an open drain lets go of the wire, which is pulled up',
  'line.part.open-drain-down': 'an open drain lets go of the wire, which is pulled down',
  'line.passed': 'All {all} parts of the raw line do what they should.',
  'line.sent': '{sent} samples sent at {rate} Hz',
  'line.sampled': '{sampled} samples taken at {rate} Hz:',
  'line.before': '{before} of them came before the trigger, which is at |.',
  'line.vcd': 'The waveform is in {file}: GTKWave and PulseView open it.',
  'line.sigrok': 'The session is in {file}: PulseView and sigrok-cli open it.',

  'error.board-no-line.what': 'The board on {port} has no raw line.',
  'error.board-no-line.why': 'Its firmware is an older one, or the board has no pins for it.',
  'error.board-no-line.next': 'netlab flash',
  'error.bad-line.what': 'The raw line cannot do that: {why}.',
  'error.bad-line.why': 'What a board can do is in its identity.',
  'error.bad-line.next': 'netlab line --help',
  'error.bad-line-rate.what': '`{rate}` is not a rate.',
  'error.bad-line-rate.why':
    'It is a number of hertz, with k or M behind it for more: 9600, 100k, 1M.',
  'error.bad-line-rate.next': 'netlab line --help',
  'error.bad-line-bits.what': '`{bits}` holds nothing that can be sent.',
  'error.bad-line-bits.why':
    'Bits are 0 and 1, in order; a file has at least one octet and at most 8 MiB.',
  'error.bad-line-bits.next': 'netlab line --help',
  'error.missing-line-flag.what': '{flag} is missing.',
  'error.missing-line-flag.why':
    'Sending wants --bits or --file, sampling wants --count, and --pre wants --trigger and --count.',
  'error.missing-line-flag.next': 'netlab line --help',
  'error.line-self-test.what': 'The raw line of {name} failed {failed} of {all} parts.',
  'error.line-self-test.why':
    'Is there a jumper from {sendPin} to {samplePin}, and nothing else on them?',
  'error.line-self-test.next': 'netlab line --self-test --on emulated',
  'error.line-timeout.what': 'The trigger did not come at {name}: {sampled} samples were taken.',
  'error.line-timeout.why':
    'Nothing on the wire did what the trigger waits for. --timeout waits longer.',
  'error.line-timeout.next': 'netlab line --self-test',
  'error.line-underrun.what':
    'The line to {name} is too slow: the board ran dry after {sent} samples.',
  'error.line-underrun.why':
    'What is longer than the depth of the board is loaded while it is sent.',
  'error.line-underrun.next': 'netlab line --help',
  'error.line-overrun.what':
    'The line to {name} is too slow: it held {sampled} samples, and no more.',
  'error.line-overrun.why':
    'What is longer than the depth of the board is fetched while it is sampled.',
  'error.line-overrun.next': 'netlab line --help',
  'error.line-stopped.what': 'The raw line of {name} was stopped after {sampled} samples.',
  'error.line-stopped.why': 'Somebody else spoke to the board.',
  'error.line-stopped.next': 'netlab line --self-test',
  'error.lab-wire-lost.what':
    'A packet of {length} octets came over the raw line as nobody can read it.',
  'error.lab-wire-lost.why': 'What your code made was right: the jumper or the board lost it.',
  'error.lab-wire-lost.next': 'netlab line --self-test',
  'error.lab-wire-apart.what': 'The two boards do not hear each other on one wire.',
  'error.lab-wire-apart.why':
    'Your code had no part in it: line output and line input of both belong on one wire, the grounds together.',
  'error.lab-wire-apart.next': 'netlab line --self-test',

  'help.line.summary': 'Send and sample bits on two pins of a board.',
  'help.line.description':
    'Without an action it tests the raw line over a jumper between its two pins. An emulated or mocked board has that jumper.',
  'help.line.arg.action': 'What to do: send, or sample.',
  'help.line.flag.self-test': 'Test the line over a jumper.',
  'help.line.flag.rate': 'Samples a second: 9600, 100k, 1M.',
  'help.line.flag.sample-rate': 'The rate of sampling, where it is another than that of sending.',
  'help.line.flag.count': 'How many samples to take.',
  'help.line.flag.trigger': 'What starts the sampling.',
  'help.line.flag.pre':
    'How many samples from before the trigger to keep; fewer where it comes sooner. All that is sampled crosses the line to the host then.',
  'help.line.flag.timeout': 'How many seconds to wait for the trigger.',
  'help.line.flag.bits': 'What to send: 0 and 1, in order.',
  'help.line.flag.file': 'A file to send, the top bit of each octet first.',
  'help.line.flag.drive': 'How the sending pin drives the wire.',
  'help.line.flag.idle': 'The level while nothing is sent.',
  'help.line.flag.pull': 'The resistor of the sampling pin.',
  'help.line.flag.vcd': 'Write the waveform to this file.',
  'help.line.flag.sigrok': 'Write a session of sigrok to this file.',
  'help.line.flag.jitter': 'Of an emulated wire: standard deviation of its edges, in nanoseconds.',
  'help.line.flag.noise': 'Of an emulated wire: how probable it is that a sample is wrong, 0 to 1.',
} as const;
