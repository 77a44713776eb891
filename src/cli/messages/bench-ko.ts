/** Korean of the bench. */
export const benchKo = {
  'boards.none':
    '시리얼 포트를 찾지 못했습니다. 보드가 없으면 모두 에뮬레이션 보드에서 실행됩니다.',
  'boards.free': '사용 가능',
  'boards.unasked': '확인 안 함',
  'boards.held': '{user} 사용자의 {command} ({host}, PID {pid}), {age} 전부터, 만료까지 {expiry}',
  'boards.written': '{path} 파일에 추가함: {added}',
  'boards.unchanged': '{path} 파일에 이미 모두 있습니다.',
  'boards.seconds': '{seconds}초',
  'boards.minutes': '{minutes}분',
  'boards.hours': '{hours}시간 {minutes}분',

  'lease.taken-over.gone':
    '`{command}` 프로세스(PID {pid})가 반납하지 않고 끝나서 {port} 보드를 넘겨받았습니다.',
  'lease.taken-over.expired':
    '`{command}` 프로세스({host}, PID {pid})가 1분 동안 소식이 없어서 {port} 보드를 넘겨받았습니다.',
  'lease.unkept':
    '사용 기록을 남길 수 없어 다른 netlab 은 이 보드가 사용 중인지 모릅니다: {reason}',

  'error.board-leased.what': '다른 netlab 이 {port} 보드를 쓰고 있습니다.',
  'error.board-leased.why':
    '{user} 사용자가 {host} 에서 실행한 `{command}` (PID {pid}) 입니다. {age_s}초 전부터 쓰고 있습니다. 기다리거나, 그쪽을 끝내거나, 다른 보드를 쓰세요.',
  'error.board-leased.next': 'netlab boards',
  'error.lease-lost.what': '다른 netlab 이 {port} 보드를 넘겨받았습니다.',
  'error.lease-lost.why':
    '이 프로세스가 1분 동안 소식이 없었습니다. 컴퓨터가 절전 상태였거나 프로세스가 멈춰 있었습니다.',
  'error.lease-lost.next': 'netlab boards',
  'error.no-such-board.what': '`{board}` 이름의 포트도, 장비 목록의 보드도 없습니다.',
  'error.no-such-board.why': '혹시 `{near}` 보드를 찾으셨나요? {file} 파일의 보드: {boards}',
  'error.no-such-board.why.empty': 'netlab.bench.json 파일에 비슷한 이름의 보드도 없습니다.',
  'error.no-such-board.next': 'netlab boards',
  'error.board-absent.what': '{board} 보드가 연결되어 있지 않습니다.',
  'error.board-absent.why': '이 컴퓨터에 {by} 값이 {value} 인 포트가 없습니다.',
  'error.board-absent.next': 'netlab boards',
  'error.fixture-missing.what': '{board} 보드에는 {fixtures} 이(가) 없습니다.',
  'error.fixture-missing.why':
    '장비 목록에 없습니다. 연결하고 목록에 적거나, 보드 없이 실행하세요.',
  'error.fixture-missing.next': 'netlab run lab03 --on emulated',
  'error.bench-missing.what': '장비 목록 파일 {path} 이(가) 없습니다.',
  'error.bench-missing.why': '--bench 옵션이나 NETLAB_BENCH 환경 변수가 가리키는 파일입니다.',
  'error.bench-missing.next': 'netlab boards --write --bench {path}',
  'error.bench-not-json.what': '장비 목록 파일 {path} 은(는) JSON 문서가 아닙니다.',
  'error.bench-not-json.why': '해석기 메시지: {reason}',
  'error.bench-not-json.next': 'netlab boards --write --bench netlab.bench.new.json',
  'error.bench-unfit.what': '장비 목록 파일 {path} 의 {at} 위치가 올바르지 않습니다.',
  'error.bench-unfit.why': '지금 값: {found}. 올바른 예: {example}',
  'error.bench-unfit.why.empty': '값이 빠졌습니다. 올바른 예: {example}',
  'error.bench-unfit.next': 'netlab boards',
  'error.bench-unknown-member.what':
    '장비 목록 파일 {path} 의 {at} 위치에 알 수 없는 항목 `{member}` 이(가) 있습니다.',
  'error.bench-unknown-member.why': '혹시 `{near}` 항목인가요? 쓸 수 있는 항목: {members}',
  'error.bench-unknown-member.why.empty': '쓸 수 있는 항목: {members}',
  'error.bench-unknown-member.next': 'netlab boards',

  'help.flag.bench':
    '보드 장비 목록. 없으면 NETLAB_BENCH, 그다음 이 폴더나 위 폴더의 netlab.bench.json.',
  'help.boards.summary': '포트와 보드, 펌웨어, 사용 중인 사람, 쓸 수 없는 까닭을 봅니다.',
  'help.boards.description':
    'USB 식별자와 장비 목록 netlab.bench.json 으로 보드를 알아보고, 아무도 쓰지 않는 보드에는 인사를 보냅니다. `netlab ports` 로도 실행할 수 있습니다.',
  'help.boards.flag.greet': '사용 가능한 보드에 이름을 묻습니다. 끄면 아무 포트도 열지 않습니다.',
  'help.boards.flag.write': '찾은 보드를 netlab.bench.json 에 적습니다. 있던 내용은 그대로 둡니다.',
} as const;
