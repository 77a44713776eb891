/** Korean of what reaches boards from elsewhere and looks at them live: see `ko.ts`. */
export const remoteKo = {
  'monitor.connected': '{port} 포트에 연결했습니다. Ctrl-C를 누르면 끝납니다.',
  'monitor.lost': '{port} 포트가 사라졌습니다. 다시 나타나기를 기다립니다 …',
  'monitor.summary':
    '보드에서 온 것: 프레임 {frames}개, 텍스트 {texts}줄, 그 밖의 옥텟 {octets}개, 손상 {faults}건. 보드로 보낸 것: 프레임 {sent}개.',
  'line-errors.framing': '프레이밍 오류 {count}건',
  'line-errors.parity': '패리티 오류 {count}건',
  'line-errors.overruns': '오버런 {count}건',
  'line-errors.breaks': '브레이크 {count}건',
  'line-errors.sum.rate':
    '포트가 알린 선로 오류: {list}. 선로 속도가 다르거나 선로에 잡음이 많지 않습니까?',
  'line-errors.sum.slow':
    '포트가 알린 선로 오류: {list}. 옥텟을 잃었습니다. 그 컴퓨터가 느리지 않습니까?',
  'share.running':
    '{port} 포트를 RFC 2217로 공유합니다. Ctrl-C를 누르면 끝납니다. 위의 주소를 --on 옵션에 쓰십시오.',
  'share.connected': '{client} 클라이언트가 포트를 사용합니다.',
  'share.turned-away':
    '{client} 클라이언트를 돌려보냈습니다. 포트는 한 번에 하나만 사용할 수 있습니다.',
  'share.disconnected':
    '{client} 클라이언트가 떠났습니다. 포트로 {sent}옥텟, 포트에서 {received}옥텟을 전했습니다.',
  'share.failed': '{client}: {reason}',
  'capture.live.begins': '{port} 포트에서 캡처합니다. Ctrl-C를 누르면 끝납니다.',
  'capture.live.counts': '프레임 {frames}개, {octets}옥텟',
  'capture.live.ended':
    '{path} 파일에 프레임 {frames}개, {octets}옥텟을 담았습니다. 보드가 놓친 것 {missed}개, 읽는 쪽이 느려 버린 것 {dropped}개',
  'extcap.installed': '이제 Wireshark가 보드를 캡처 인터페이스로 찾습니다: {path}',
  'extcap.removed': '지웠습니다: {path}',
  'extcap.absent': '지울 것이 없습니다: {path}',
  'extcap.display': 'netlab: {board} ({port})',
  'extcap.broadcast': '브로드캐스트 제외',
  'extcap.multicast': 'IPv4 멀티캐스트 제외',
  'extcap.ipv6': 'IPv6 멀티캐스트 제외',

  'error.no-such-host.what': '{host} 호스트가 없습니다.',
  'error.no-such-host.why': '{address} 주소의 이름을 찾지 못했습니다.',
  'error.no-such-host.next': 'netlab boards',
  'error.not-rfc2217.what': '{port} 주소는 RFC 2217 시리얼 포트가 아닙니다.',
  'error.not-rfc2217.why':
    '그곳의 서버가 다르게 응답했거나({reason}), 다른 클라이언트가 포트를 쓰고 있거나, 그 뒤의 포트가 없습니다. 옥텟만 주고받으려면 tcp:// 주소를 쓰십시오.',
  'error.not-rfc2217.next': 'netlab monitor --help',
  'error.remote-refused.what': '{port} 포트가 {setting} 설정을 받아들이지 않습니다.',
  'error.remote-refused.why': '서버의 답: {actual}',
  'error.remote-refused.next': 'netlab monitor {port}',
  'error.labgrid-failed.what': 'labgrid의 {place} 자리를 쓸 수 없습니다.',
  'error.labgrid-failed.why': '`labgrid-client {command}` 명령의 답: {reason}',
  'error.labgrid-failed.next': 'labgrid-client -p {place} show',
  'error.labgrid-no-port.what': 'labgrid의 {place} 자리에는 네트워크 시리얼 포트가 없습니다.',
  'error.labgrid-no-port.why': '호스트와 포트가 있는 NetworkSerialPort 자원이 하나도 없습니다.',
  'error.labgrid-no-port.next': 'labgrid-client -p {place} show',
  'error.no-attached-board.what': '연결된 보드가 없습니다.',
  'error.no-attached-board.why':
    '보드의 USB 식별자를 가진 포트가 없습니다. 시리얼 어댑터는 무엇이든 될 수 있으니 포트 이름을 직접 적으십시오.',
  'error.no-attached-board.next': 'netlab boards',
  'error.bad-sending.what': '`{text}` 값은 보낼 수 없습니다.',
  'error.bad-sending.why':
    '제어 프로토콜의 요청(PHY_READ, SYSTEM_ECHO=68656c6c6f), text:…, hex:… 또는 표준 입력을 뜻하는 - 이어야 합니다.',
  'error.bad-sending.next': 'netlab monitor --help',
  'error.capture-needs-target.what': '캡처를 어디에 쓸지 알 수 없습니다.',
  'error.capture-needs-target.why': '파일(--write FILE)이나 표준 출력(--write -)을 고르십시오.',
  'error.capture-needs-target.next': 'netlab capture --help',
  'error.capture-to-terminal.what': '캡처는 터미널에서 읽을 글이 아닙니다.',
  'error.capture-to-terminal.why': 'pcapng를 읽는 프로그램에 파이프로 넘기십시오.',
  'error.capture-to-terminal.next': 'netlab capture --on auto --write - | wireshark -k -i -',
  'error.capture-flag-alone.what': '{flag} 옵션은 실시간 캡처에만 쓰입니다.',
  'error.capture-flag-alone.why':
    '지난 실행의 프레임은 이미 캡처되어 있습니다. 보드는 --on 옵션으로 고릅니다.',
  'error.capture-flag-alone.next': 'netlab capture --help',
  'error.extcap-usage.what': 'Wireshark가 부르는 방식이 아닙니다.',
  'error.extcap-usage.why':
    '사람은 --install 옵션과 --remove 옵션을 씁니다. 나머지는 Wireshark가 씁니다.',
  'error.extcap-usage.next': 'netlab extcap --install',
  'error.extcap-interface.what': '{name} 인터페이스가 더는 없습니다.',
  'error.extcap-interface.why': '보드가 빠졌거나 이름이 바뀌었습니다.',
  'error.extcap-interface.next': 'netlab boards',
  'error.extcap-filter.what': '보드에는 캡처 필터가 없습니다.',
  'error.extcap-filter.why': '`{filter}` 대신 표시 필터를 쓰십시오.',
  'error.extcap-filter.next': 'netlab capture --help',

  'help.flag.duration': '이만큼의 초가 지나면 끝냅니다.',
  'help.monitor.summary': '보드의 시리얼 선을 지켜봅니다.',
  'help.monitor.description':
    '선을 지나는 것을 보여 줍니다. 제어 프로토콜의 프레임은 해석해서(방향, 종류, 세션, seq, ack, credit, 연산과 필드), 텍스트는 텍스트로, 그 밖의 옥텟은 16진수로 시각과 함께 보여 줍니다. --send 옵션이 없으면 듣기만 합니다. 보드가 빠지면 같은 보드가 돌아오기를 기다립니다. --json 옵션을 주면 한 줄에 JSON 기록 하나씩 출력하고 마지막 줄에 합계를 출력합니다. Ctrl-C를 누르면 끝납니다.',
  'help.monitor.arg.port':
    '포트, 목록에 있는 보드, rfc2217://host:port, tcp://host:port 또는 labgrid://place. 없으면 연결된 보드를 씁니다.',
  'help.monitor.flag.baud': '선의 속도(bit/s). USB에서는 뜻이 없습니다.',
  'help.monitor.flag.send':
    '따로 여는 세션에서 보낼 요청(PHY_READ, SYSTEM_ECHO=68656c6c6f), text:…, hex:… 또는 표준 입력을 뜻하는 -. 여러 번 쓸 수 있습니다.',
  'help.monitor.flag.log': '각 기록을 --json 형식으로 이 파일에 덧붙입니다.',
  'help.monitor.flag.count': '이만큼 기록하면 끝냅니다.',
  'help.share.summary': '보드의 포트를 RFC 2217로 다른 컴퓨터와 공유합니다.',
  'help.share.description':
    'Ctrl-C를 누를 때까지 한 번에 클라이언트 하나에게 포트와 그 속도, DTR, RTS, BREAK를 내줍니다. 다른 쪽에서는 --on rfc2217://HOST:PORT 형식으로 씁니다. 암호가 없으므로 --listen 옵션이 없으면 이 컴퓨터에서만 들어올 수 있습니다.',
  'help.share.flag.listen': '기다릴 주소.',
  'help.share.flag.tcp': '기다릴 TCP 포트. 0이면 비어 있는 것을 씁니다.',
  'help.capture.flag.on':
    '이 보드에서 실시간으로 캡처합니다: auto, 포트, 목록에 있는 보드, rfc2217://host:port 등.',
  'help.capture.flag.write':
    '실시간 캡처를 쓸 곳: 파일, 또는 Wireshark로 가는 파이프 같은 표준 출력을 뜻하는 -.',
  'help.capture.flag.promiscuous': '받는 이를 가리지 않고 모든 프레임을 받습니다(기본값).',
  'help.capture.flag.block': '보드의 필터로 이것들을 제외합니다.',
  'help.capture.flag.count': '프레임을 이만큼 받으면 끝냅니다.',
  'help.extcap.summary': '보드를 Wireshark의 캡처 인터페이스로 만듭니다.',
  'help.extcap.description':
    '--install 옵션을 주면 Wireshark의 개인 extcap 폴더에 작은 실행 파일을 둡니다. 그다음부터는 연결된 보드와 --port 옵션으로 적은 포트가 Wireshark, tshark, dumpcap의 캡처 인터페이스에 나타납니다. 나머지 옵션은 Wireshark가 부를 때 씁니다.',
  'help.extcap.flag.install': '실행 파일을 설치합니다.',
  'help.extcap.flag.remove': '실행 파일을 지웁니다.',
  'help.extcap.flag.port':
    '이 포트도 인터페이스로 만듭니다. rfc2217://host:port 같은 주소도 됩니다. 여러 번 쓸 수 있습니다.',
  'help.extcap.flag.folder': '보통과 다른 extcap 폴더.',
} as const;
