/** English: `netlab flash`. */
export const flashEn = {
  'help.flash.summary': 'Put firmware on a board.',
  'help.flash.description':
    'Finds the board, brings it into its loader, checks that the image is for its chip, writes, verifies, and greets the new firmware. Ends with 5 when the image is refused, the writing fails or what the board has is not what was written. Whenever it is interrupted, running it again mends the board. docs/flashing.md says how each board is brought into its loader.',
  'help.flash.flag.board': 'Which board, where that is not plain from what is plugged in.',
  'help.flash.flag.port': 'The serial port that the board is at.',
  'help.flash.flag.image':
    'A file to flash in place of the image that came with netlab: UF2, Intel HEX, or the flash octet for octet.',
  'help.flash.flag.erase': 'Erase all the rest of the program flash, too.',
  'help.flash.flag.via':
    'Which loader of an RP2040: over USB (it reads back), or the volume. By itself: USB where it can be had.',

  'flash.image': '{board}: {name}, {octets} octets',
  'flash.phase.enter': 'Bring {at} into its loader',
  'flash.phase.write': 'Write to {at}',
  'flash.phase.verify': 'Read back from {at}',
  'flash.phase.restart': 'Restart, and greet the new firmware',
  'flash.button':
    'Unplug the {board}, hold its {button} button, plug it in again, let go. The volume {label} then appears, and this goes on.',
  'flash.progress': '{done} of {total} octets',
  'flash.done': '{board} at {port} runs firmware {firmware}.',
  'flash.done-silent': '{board} is flashed. What runs there now does not speak netlab.',
  'flash.verified.read-back': 'Every octet was read back from the chip.',
  'flash.verified.md5': 'The chip told the MD5 of what it holds.',
  'flash.verified.digest': 'It told the digest that the image was built with.',
  'flash.verified.restart':
    'Its loader took every block and restarted; it lets nobody read them back.',

  'error.flash-no-board.what': 'No board to flash is plugged in.',
  'error.flash-no-board.why':
    'A W5500-EVB-Pico with no firmware shows itself once it is plugged in with its BOOTSEL button held. Boards that can be flashed: {boards}.',
  'error.flash-no-board.next': 'netlab boards',
  'error.flash-which-board.what': 'More than one board could be meant: {candidates}.',
  'error.flash-which-board.why': 'Say which with --port, or unplug the others.',
  'error.flash-which-board.next': 'netlab boards',
  'error.flash-unknown-kind.what': 'What kind of board is at {port} is not known.',
  'error.flash-unknown-kind.why': 'Say it with --board. Boards that can be flashed: {boards}.',
  'error.flash-unknown-kind.next': 'netlab boards',
  'error.flash-unsupported.what': 'netlab cannot flash a board `{board}`.',
  'error.flash-unsupported.why': 'Boards that can be flashed: {boards}.',
  'error.flash-unsupported.next': 'netlab flash --help',
  'error.flash-no-image.what': 'No image for {board} came with netlab.',
  'error.flash-no-image.why': 'A file of your own can be flashed all the same.',
  'error.flash-no-image.next': 'netlab flash --board {board} --image FILE',

  'error.flash-one-way.what': 'A board {board} has one loader: --via has nothing to choose.',
  'error.flash-one-way.why': 'Only the RP2040 has two, PICOBOOT and a volume.',
  'error.flash-one-way.next': 'netlab flash --board {board}',
  'error.usb-unavailable.what': 'USB devices cannot be reached from here.',
  'error.usb-unavailable.why': 'Reason: {reason}. The volume does without: --via volume.',
  'error.usb-unavailable.next': '{remedy}',
  'error.usb-no-permission.what': 'You may not open the USB device {path}.',
  'error.usb-no-permission.why':
    'The command below writes the udev rule that allows it; plug the board in anew after it. Or use the volume: --via volume.',
  'error.usb-no-permission.next': '{remedy}',
  'error.usb-busy.what': 'Another program has the USB device {path}.',
  'error.usb-busy.why': 'picotool, or another netlab. End it and run the same command again.',
  'error.usb-busy.next': 'netlab flash --via volume',
  'error.usb-no-driver.what':
    'Windows has no driver for the USB device {path} that programs may use.',
  'error.usb-no-driver.why':
    'Give the interface “RP2 Boot (Interface 1)” the driver WinUSB, with Zadig for one. The volume does without.',
  'error.usb-no-driver.next': 'netlab flash --via volume',
  'error.usb-failed.what': 'The USB device {path} cannot be used.',
  'error.usb-failed.why': 'The system says: {reason}',
  'error.usb-failed.next': 'netlab flash --via volume',
  'error.loader-no-device.what': 'No {board} in its loader appeared on USB.',
  'error.loader-no-device.why':
    'Unplug it, hold its {button} button, plug it in again, let go, and run the command once more. A cable that only charges shows the same.',
  'error.loader-no-device.next': 'netlab flash --board {board} --via picoboot',
  'error.loader-refused.what': 'The loader at {port} refused at {address}: {status}.',
  'error.loader-refused.why':
    'It was begun again several times. The board may be half written, and the same command mends it.',
  'error.loader-refused.next': 'netlab flash --board {board}',
  'error.loader-gone.what': 'The board at {port} vanished at {address}.',
  'error.loader-gone.why':
    'It was unplugged, or lost its power. Its loader is in its ROM: bring it again, and the same command mends the board.',
  'error.loader-gone.next': 'netlab flash --board {board}',

  'error.image-truncated.what': '{path} is not whole: {have} octets of at least {need}.',
  'error.image-truncated.why': 'It was cut off while it was copied. Nothing was flashed.',
  'error.image-truncated.next': 'netlab flash --help',
  'error.image-wrong-chip.what': '{path} is not for the chip of this board, {expected}.',
  'error.image-wrong-chip.why': 'What it is: {found}. Nothing was flashed.',
  'error.image-wrong-chip.next': 'netlab flash --help',
  'error.image-malformed.what': '{path} is damaged.',
  'error.image-malformed.why': 'What is wrong: {where}. Nothing was flashed.',
  'error.image-malformed.next': 'netlab flash --help',
  'error.image-too-large.what':
    '{path} does not fit: it ends at {end}, and there are {room} octets.',
  'error.image-too-large.why': 'Nothing was flashed.',
  'error.image-too-large.next': 'netlab flash --help',

  'error.loader-no-volume.what': 'No volume {label} appeared.',
  'error.loader-no-volume.why':
    'Unplug the {board}, hold its {button} button, plug it in again, let go, and run the command once more. A cable that only charges shows the same.',
  'error.loader-no-volume.next': 'netlab flash --board {board}',
  'error.volume-unmounted.what': 'The volume {label} is plugged in, but nothing has mounted it.',
  'error.volume-unmounted.why': 'Mount it, and run the same command again.',
  'error.volume-unmounted.next': '{remedy}',
  'error.volume-read-only.what': '{path} cannot be written.',
  'error.volume-read-only.why': 'It is mounted read-only, or for another user ({reason}).',
  'error.volume-read-only.next': 'netlab flash',
  'error.volume-full.what': '{path} is full.',
  'error.volume-full.why':
    'A loader’s volume is empty by itself: unplug the board and bring its loader again.',
  'error.volume-full.next': 'netlab flash',
  'error.volume-gone.what': '{path} vanished while it was written.',
  'error.volume-gone.why':
    'The board was unplugged, or lost its power ({reason}). Its loader is in its ROM: bring it again.',
  'error.volume-gone.next': 'netlab flash',
  'error.loader-kept.what': 'The loader at {path} took the image and did not restart.',
  'error.loader-kept.why': 'It misses blocks of it: the system did not write all of them.',
  'error.loader-kept.next': 'netlab flash',
  'error.flash-not-back.what': 'The {board} did not come back as a serial port.',
  'error.flash-not-back.why':
    'It was flashed, and then nothing was seen of it. Unplug it and plug it in again.',
  'error.flash-not-back.next': 'netlab boards',
  'error.verify-digest.what': 'What runs at {port} is not what was flashed.',
  'error.verify-digest.why': 'It says that it is {actual}; the image is {expected}.',
  'error.verify-digest.next': 'netlab flash --port {port}',
  'error.loader-silent.what': 'The loader of the {board} at {port} does not answer.',
  'error.loader-silent.why':
    'It is another board, it has no loader, or nothing pulled its reset. Press {button} just after the command begins.',
  'error.loader-silent.next': 'netlab boards',
  'error.loader-lost.what': 'The loader at {port} fell silent at {address}.',
  'error.loader-lost.why':
    'It was begun again several times. The board is half written, and the same command mends it.',
  'error.loader-lost.next': 'netlab flash --board {board} --port {port}',
  'error.wrong-chip.what': 'The chip at {port} is another one: {found}, not {expected}.',
  'error.wrong-chip.why': 'Nothing was written to it.',
  'error.wrong-chip.next': 'netlab boards',
  'error.digest-differs.what': 'The flash at {port} does not hold what was written.',
  'error.digest-differs.why':
    'From {address} on its MD5 is {actual}; that of the image is {expected}.',
  'error.digest-differs.next': 'netlab flash --board {board} --port {port}',
  'error.verify-failed.what': 'The flash at {port} does not hold what was written.',
  'error.verify-failed.why':
    'At {address} it has {actual} where {expected} was written, several times: it is worn out, or the line is bad.',
  'error.verify-failed.next': 'netlab flash --board {board} --port {port}',
} as const;
