/** What compilers are told, for each board and for this PC. */
export const warnings = ['-Wall', '-Wextra', '-Wconversion', '-Wshadow', '-Werror'];
export const posix = ['-D_XOPEN_SOURCE=700', '-D_DARWIN_C_SOURCE'];
export const sanitizers = [
  '-g',
  '-O1',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=undefined',
];
const cortex = [
  ...['-mcpu=cortex-m0plus', '-mthumb', '-ffreestanding', '-fno-tree-loop-distribute-patterns'],
  // Address 0 holds the ROM's table; gcc must not take a read of it for a mistake.
  ...['-fno-delete-null-pointer-checks', '--param=min-pagesize=0'],
];

const riscv = [
  ...['-march=rv32imc_zicsr', '-mabi=ilp32', '-mstrict-align'],
  ...['-ffreestanding', '-fno-tree-loop-distribute-patterns'],
];

/** Debian has no compiler for the LX6: this one is for the LX106, whose instructions the LX6 has, too. */
const xtensa = ['-mabi=call0', '-ffreestanding', '-fno-tree-loop-distribute-patterns'];

/** What boards without an operating system have in common besides the core: the main loop, and its libc. */
const bare = (...folders) => ['core', 'whole', 'boards/shared', ...folders];
const libc = ['-isystem', 'boards/shared/libc'];

/**
 * What goes into each board, in a fixed order. A header is found through the folders, too. `tools` is the prefix
 * of the compiler and its kin, `ram` the sections of which the linker script makes RAM, `callGraph` that the compiler
 * can tell who calls whom.
 */
export const BOARDS = {
  rp2040: {
    name: 'w5500-evb-pico',
    formats: ['bin', 'uf2'],
    tools: 'arm-none-eabi-',
    debian: 'gcc-arm-none-eabi',
    folders: bare('boards/rp2040'),
    callGraph: true,
    flags: ['-std=c11', '-O2', ...cortex, ...libc],
    link: [
      '-nostdlib',
      '-Wl,--gc-sections,--build-id=none',
      '-Wl,-T,boards/rp2040/link.ld',
      '-lgcc',
    ],
    ram: ['data', 'bss'],
  },
  esp32c3: {
    name: 'esp32c3',
    formats: ['bin'],
    tools: 'riscv64-unknown-elf-',
    debian: 'gcc-riscv64-unknown-elf',
    espChip: 5,
    folders: bare('boards/esp', 'boards/esp32c3'),
    callGraph: true,
    flags: ['-std=c11', '-O2', ...riscv, ...libc],
    link: [
      // With an extension by name Debian's gcc would look for the 64-bit libgcc.
      ...['-march=rv32imc', '-mabi=ilp32', '-nostdlib'],
      '-Wl,--gc-sections,--build-id=none,--no-warn-rwx-segments',
      '-Wl,-T,boards/esp32c3/link.ld',
      '-lgcc',
    ],
    ram: ['text', 'data', 'bss'],
  },
  esp32: {
    name: 'esp32',
    formats: ['bin'],
    tools: 'xtensa-lx106-elf-',
    debian: 'gcc-xtensa-lx106',
    espChip: 0,
    folders: bare('boards/esp', 'boards/esp32'),
    callGraph: true,
    flags: ['-std=c11', '-O2', ...xtensa, ...libc],
    link: [
      '-nostdlib',
      '-Wl,--gc-sections,--build-id=none,--no-warn-rwx-segments',
      '-Wl,-T,boards/esp32/link.ld',
      '-lgcc',
    ],
    ram: ['vectors', 'literal', 'text', 'data', 'bss'],
  },
  uno: {
    name: 'uno',
    formats: ['bin', 'hex'],
    tools: 'avr-',
    debian: 'gcc-avr avr-libc',
    prefixMap: '-fdebug-prefix-map', // gcc 5 has no other.
    folders: ['core', 'streamed', 'boards/uno'],
    flags: [
      ...['-std=gnu11', '-Os', '-mmcu=atmega328p', '-DNL_FLASH=__flash'],
      ...['-fshort-enums', '-mstrict-X', '-fno-move-loop-invariants'],
    ],
    // Smaller and slower, where frames do not pass.
    cold: {
      flags: ['-mcall-prologues'],
      sources: /core\/|streamed\/samples|uno\/(main|start|tick_line)\.c$/,
    },
    link: ['-mmcu=atmega328p', '-mrelax', '-Wl,--gc-sections'],
    ram: ['data', 'bss', 'noinit'],
    // All that RAM holds beside those is the stack's; flash ends where optiboot begins.
    memory: { ram: 2048, flash: 32 * 1024 - 512 },
  },
  host: {
    name: 'netlab-board',
    tools: '',
    debian: 'gcc',
    folders: ['core', 'whole', 'model', 'boards/host'],
    flags: ['-std=c11', '-O2', ...posix],
    link: [],
  },
};
