/** Korean: `netlab flash`. */
export const flashKo = {
  'help.flash.summary': '보드에 펌웨어를 굽습니다.',
  'help.flash.description':
    '보드를 찾아 로더로 들여보내고, 이미지가 그 칩의 것인지 확인한 뒤 쓰고 검증하고, 새 펌웨어와 인사합니다. 이미지를 거부했거나 쓰지 못했거나 쓴 내용이 다르면 5 로 끝납니다. 언제 중단되더라도 다시 실행하면 보드가 고쳐집니다. 보드마다 로더로 들어가는 방법은 docs/flashing.md 에 있습니다.',
  'help.flash.flag.board': '꽂힌 것만으로 알 수 없을 때, 어느 보드인지.',
  'help.flash.flag.port': '보드가 있는 시리얼 포트.',
  'help.flash.flag.image':
    'netlab 에 들어 있는 이미지 대신 구울 파일: UF2, Intel HEX, 또는 플래시 내용 그대로.',
  'help.flash.flag.erase': '프로그램 플래시의 나머지도 모두 지웁니다.',
  'help.flash.flag.via':
    'RP2040 의 로더 중 어느 것을 쓸지: USB(다시 읽어 확인합니다) 또는 볼륨. 지정하지 않으면 가능할 때 USB 를 씁니다.',

  'flash.image': '{board}: {name}, {octets} 옥텟',
  'flash.phase.enter': '로더로 들여보내기: {at}',
  'flash.phase.write': '쓰기: {at}',
  'flash.phase.verify': '다시 읽어 확인하기: {at}',
  'flash.phase.restart': '재시작하고 새 펌웨어와 인사하기',
  'flash.button':
    '{board} 보드를 뽑고, {button} 버튼을 누른 채 다시 꽂은 뒤 손을 떼세요. {label} 볼륨이 나타나면 이어서 진행합니다.',
  'flash.progress': '{total} 옥텟 중 {done}',
  'flash.done': '{port} 포트의 {board} 보드에서 펌웨어 {firmware} 버전이 실행 중입니다.',
  'flash.done-silent':
    '{board} 보드에 구웠습니다. 지금 실행 중인 프로그램은 netlab 프로토콜로 말하지 않습니다.',
  'flash.verified.read-back': '모든 옥텟을 칩에서 다시 읽어 확인했습니다.',
  'flash.verified.md5': '칩이 알려 준 플래시 내용의 MD5 가 같습니다.',
  'flash.verified.digest': '이미지를 빌드한 소스의 해시와 같은 값을 보드가 알려 주었습니다.',
  'flash.verified.restart':
    '로더가 모든 블록을 받고 재시작했습니다. 이 로더에서는 다시 읽을 수 없습니다.',

  'error.flash-no-board.what': '구울 보드가 꽂혀 있지 않습니다.',
  'error.flash-no-board.why':
    '펌웨어가 없는 W5500-EVB-Pico 보드는 BOOTSEL 버튼을 누른 채 꽂아야 보입니다. 구울 수 있는 보드: {boards}',
  'error.flash-no-board.next': 'netlab boards',
  'error.flash-which-board.what': '보드가 둘 이상입니다: {candidates}',
  'error.flash-which-board.why': '--port 로 하나를 고르거나 나머지를 뽑으세요.',
  'error.flash-which-board.next': 'netlab boards',
  'error.flash-unknown-kind.what': '{port} 포트의 보드가 어떤 종류인지 알 수 없습니다.',
  'error.flash-unknown-kind.why': '--board 로 알려 주세요. 구울 수 있는 보드: {boards}',
  'error.flash-unknown-kind.next': 'netlab boards',
  'error.flash-unsupported.what': 'netlab 은 `{board}` 보드에 구울 수 없습니다.',
  'error.flash-unsupported.why': '구울 수 있는 보드: {boards}',
  'error.flash-unsupported.next': 'netlab flash --help',
  'error.flash-no-image.what': 'netlab 에는 {board} 보드의 이미지가 없습니다.',
  'error.flash-no-image.why': '가지고 있는 파일을 구울 수는 있습니다.',
  'error.flash-no-image.next': 'netlab flash --board {board} --image FILE',

  'error.flash-one-way.what': '{board} 보드의 로더는 하나뿐이어서 --via 로 고를 것이 없습니다.',
  'error.flash-one-way.why': '로더가 둘(PICOBOOT 와 볼륨)인 것은 RP2040 뿐입니다.',
  'error.flash-one-way.next': 'netlab flash --board {board}',
  'error.usb-unavailable.what': '여기서는 USB 장치에 접근할 수 없습니다.',
  'error.usb-unavailable.why':
    '이유: {reason}. 볼륨으로는 이것 없이도 구울 수 있습니다(--via volume).',
  'error.usb-unavailable.next': '{remedy}',
  'error.usb-no-permission.what': 'USB 장치 {path} 를 열 권한이 없습니다.',
  'error.usb-no-permission.why':
    '아래 명령이 권한을 주는 udev 규칙을 만듭니다. 실행한 뒤 보드를 다시 꽂으세요. 볼륨을 써도 됩니다(--via volume).',
  'error.usb-no-permission.next': '{remedy}',
  'error.usb-busy.what': '다른 프로그램이 USB 장치 {path} 를 쓰고 있습니다.',
  'error.usb-busy.why':
    'picotool 이나 다른 netlab 일 수 있습니다. 그 프로그램을 끝내고 같은 명령을 다시 실행하세요.',
  'error.usb-busy.next': 'netlab flash --via volume',
  'error.usb-no-driver.what':
    'Windows 에 USB 장치 {path} 를 프로그램에서 쓸 수 있게 하는 드라이버가 없습니다.',
  'error.usb-no-driver.why':
    'Zadig 같은 도구로 “RP2 Boot (Interface 1)” 인터페이스에 WinUSB 드라이버를 설치하세요. 볼륨으로는 드라이버 없이 구울 수 있습니다.',
  'error.usb-no-driver.next': 'netlab flash --via volume',
  'error.usb-failed.what': 'USB 장치 {path} 를 쓸 수 없습니다.',
  'error.usb-failed.why': '시스템의 설명: {reason}',
  'error.usb-failed.next': 'netlab flash --via volume',
  'error.loader-no-device.what': '로더로 들어간 {board} 보드가 USB 에 나타나지 않았습니다.',
  'error.loader-no-device.why':
    '보드를 뽑고 {button} 버튼을 누른 채 다시 꽂은 뒤 손을 떼고, 명령을 다시 실행하세요. 충전 전용 케이블이어도 이렇게 됩니다.',
  'error.loader-no-device.next': 'netlab flash --board {board} --via picoboot',
  'error.loader-refused.what': '{port} 쪽의 로더가 {address} 주소에서 거부했습니다: {status}.',
  'error.loader-refused.why':
    '여러 번 다시 시작해 보았습니다. 보드에 일부만 쓰였을 수 있고, 같은 명령으로 고칠 수 있습니다.',
  'error.loader-refused.next': 'netlab flash --board {board}',
  'error.loader-gone.what': '{address} 주소를 처리하던 중 {port} 쪽의 보드가 사라졌습니다.',
  'error.loader-gone.why':
    '보드가 뽑혔거나 전원이 꺼졌습니다. 로더는 ROM 에 있으니 다시 들여보내면 같은 명령으로 고칠 수 있습니다.',
  'error.loader-gone.next': 'netlab flash --board {board}',

  'error.image-truncated.what':
    '{path} 파일이 온전하지 않습니다. 적어도 {need} 옥텟이어야 하는데 {have} 옥텟입니다.',
  'error.image-truncated.why': '복사하다가 끊긴 파일입니다. 아무것도 굽지 않았습니다.',
  'error.image-truncated.next': 'netlab flash --help',
  'error.image-wrong-chip.what': '{path} 파일은 이 보드의 칩({expected})에 맞지 않습니다.',
  'error.image-wrong-chip.why': '파일의 정체: {found}. 아무것도 굽지 않았습니다.',
  'error.image-wrong-chip.next': 'netlab flash --help',
  'error.image-malformed.what': '{path} 파일이 손상되었습니다.',
  'error.image-malformed.why': '잘못된 곳: {where}. 아무것도 굽지 않았습니다.',
  'error.image-malformed.next': 'netlab flash --help',
  'error.image-too-large.what':
    '{path} 파일이 들어가지 않습니다. 끝이 {end} 인데 자리는 {room} 옥텟입니다.',
  'error.image-too-large.why': '아무것도 굽지 않았습니다.',
  'error.image-too-large.next': 'netlab flash --help',

  'error.loader-no-volume.what': '{label} 볼륨이 나타나지 않았습니다.',
  'error.loader-no-volume.why':
    '{board} 보드를 뽑고 {button} 버튼을 누른 채 다시 꽂은 뒤 손을 떼고, 명령을 다시 실행하세요. 충전 전용 케이블이어도 이렇게 됩니다.',
  'error.loader-no-volume.next': 'netlab flash --board {board}',
  'error.volume-unmounted.what': '{label} 볼륨이 꽂혀 있지만 마운트되지 않았습니다.',
  'error.volume-unmounted.why': '마운트한 뒤 같은 명령을 다시 실행하세요.',
  'error.volume-unmounted.next': '{remedy}',
  'error.volume-read-only.what': '{path} 볼륨에 쓸 수 없습니다.',
  'error.volume-read-only.why': '읽기 전용이거나 다른 사용자 앞으로 마운트되어 있습니다({reason}).',
  'error.volume-read-only.next': 'netlab flash',
  'error.volume-full.what': '{path} 볼륨이 가득 찼습니다.',
  'error.volume-full.why':
    '로더의 볼륨은 원래 비어 있습니다. 보드를 뽑고 로더로 다시 들여보내세요.',
  'error.volume-full.next': 'netlab flash',
  'error.volume-gone.what': '쓰는 중에 {path} 볼륨이 사라졌습니다.',
  'error.volume-gone.why':
    '보드가 뽑혔거나 전원이 꺼졌습니다({reason}). 로더는 ROM 에 있으니 다시 들여보내면 됩니다.',
  'error.volume-gone.next': 'netlab flash',
  'error.loader-kept.what': '{path} 볼륨의 로더가 이미지를 받고도 재시작하지 않았습니다.',
  'error.loader-kept.why': '받지 못한 블록이 있습니다. 시스템이 모두 쓰지 않은 것입니다.',
  'error.loader-kept.next': 'netlab flash',
  'error.flash-not-back.what': '{board} 보드가 시리얼 포트로 돌아오지 않았습니다.',
  'error.flash-not-back.why': '구운 뒤로 보이지 않습니다. 뽑았다가 다시 꽂아 보세요.',
  'error.flash-not-back.next': 'netlab boards',
  'error.verify-digest.what': '{port} 포트에서 실행 중인 것은 방금 구운 펌웨어가 아닙니다.',
  'error.verify-digest.why': '보드가 말한 것: {actual}. 이미지: {expected}.',
  'error.verify-digest.next': 'netlab flash --port {port}',
  'error.loader-silent.what': '{port} 포트에 있는 {board} 보드의 로더가 응답하지 않습니다.',
  'error.loader-silent.why':
    '다른 보드이거나, 로더가 없거나, 리셋되지 않은 것입니다. 명령이 시작된 직후 {button} 버튼을 눌러 보세요.',
  'error.loader-silent.next': 'netlab boards',
  'error.loader-lost.what': '{port} 포트의 로더가 {address} 주소에서 말을 멈추었습니다.',
  'error.loader-lost.why':
    '여러 번 다시 시작해 보았습니다. 보드에는 일부만 쓰였고, 같은 명령으로 고칠 수 있습니다.',
  'error.loader-lost.next': 'netlab flash --board {board} --port {port}',
  'error.wrong-chip.what': '{port} 쪽의 칩이 다릅니다. {expected} 칩이 아니라 {found} 칩입니다.',
  'error.wrong-chip.why': '칩에는 아무것도 쓰지 않았습니다.',
  'error.wrong-chip.next': 'netlab boards',
  'error.digest-differs.what': '{port} 포트의 플래시에 쓴 내용이 남아 있지 않습니다.',
  'error.digest-differs.why':
    '{address} 주소부터의 MD5 는 {actual} 인데, 이미지의 MD5 는 {expected} 입니다.',
  'error.digest-differs.next': 'netlab flash --board {board} --port {port}',
  'error.verify-failed.what': '{port} 포트의 플래시에 쓴 내용이 남아 있지 않습니다.',
  'error.verify-failed.why':
    '{address} 주소에 여러 번 {expected} 값을 썼지만 {actual} 값이 읽힙니다. 플래시가 닳았거나 선이 나쁩니다.',
  'error.verify-failed.next': 'netlab flash --board {board} --port {port}',
} as const;
