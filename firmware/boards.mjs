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

/** What goes into each board, in a fixed order. A header is found through the folders, too. */
export const BOARDS = {
  rp2040: {
    name: 'w5500-evb-pico',
    formats: ['bin', 'uf2'],
    compiler: 'arm-none-eabi-gcc',
    debian: 'gcc-arm-none-eabi',
    folders: ['core', 'boards/rp2040'],
    flags: ['-std=c11', '-O2', ...cortex, '-isystem', 'boards/rp2040/libc'],
    link: [
      '-nostdlib',
      '-Wl,--gc-sections,--build-id=none',
      '-Wl,-T,boards/rp2040/link.ld',
      '-lgcc',
    ],
  },
  esp32c3: {
    name: 'esp32c3',
    formats: ['bin'],
    compiler: 'riscv64-unknown-elf-gcc',
    debian: 'gcc-riscv64-unknown-elf',
    folders: ['core', 'boards/esp32c3'],
    borrowed: ['boards/rp2040/libc/string.h', 'boards/rp2040/outbox.h', 'boards/rp2040/wake.h'],
    flags: ['-std=c11', '-O2', ...riscv, '-isystem', 'boards/rp2040/libc', '-I', 'boards/rp2040'],
    link: [
      // With an extension by name Debian's gcc would look for the 64-bit libgcc.
      ...['-march=rv32imc', '-mabi=ilp32', '-nostdlib'],
      '-Wl,--gc-sections,--build-id=none,--no-warn-rwx-segments',
      '-Wl,-T,boards/esp32c3/link.ld',
      '-lgcc',
    ],
  },
  host: {
    name: 'netlab-board',
    compiler: 'cc',
    debian: 'gcc',
    folders: ['core', 'model', 'boards/host'],
    flags: ['-std=c11', '-O2', ...posix],
    link: [],
  },
};
