/** Stop-and-wait, go-back-N and selective repeat, step by step. */
import type { Bench, Check, Steps } from '../../../src/lab/lab.ts';
import { receiverStep, senderStep, situation } from './shown.ts';
import { GO_BACK_N_ROWS, type Row, STOP_AND_WAIT_ROWS } from './steps.ts';
import { FLOW_ROWS, SELECTIVE_ROWS } from './steps-further.ts';

async function walk({ learner }: Bench, steps: Steps, rows: readonly Row[]): Promise<void> {
  for (const { en, ko, call, before, event, settings, wanted } of rows) {
    const given = situation(call, before, event, settings);
    const found = await steps.step(
      { en: `${call}: ${en} (${given})`, ko: `${call}: ${ko} (${given})` },
      () => learner.call(call, before, event, settings),
    );
    const shown = call === 'sender' ? senderStep(found) : receiverStep(found);
    steps.expectFields({ en: 'the step', ko: '단계' }, shown, wanted);
  }
}

export const stopAndWait: Check = {
  id: 'stop-and-wait',
  title: { en: 'Stop-and-wait: one frame at a time', ko: '정지-대기: 한 번에 한 프레임' },
  points: 10,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'The answer to a frame did not come. Was the frame lost, or the answer? What if you guess wrong, and who can tell?',
      ko: '프레임에 대한 답이 오지 않았어요. 사라진 것은 프레임일까요, 답일까요? 잘못 짐작하면 어떻게 되고, 누가 그것을 알아챌 수 있을까요?',
    },
    {
      en: 'The sender keeps what is out until RR with a higher number says that it came. The receiver delivers only the frame with its own V(R), and answers RR V(R) to every other one.',
      ko: '송신 쪽은 더 큰 번호의 RR이 도착을 알려 줄 때까지 보낸 것을 간직해요. 수신 쪽은 제 V(R)과 같은 번호의 프레임만 전달하고, 다른 것에는 RR V(R)로 답합니다.',
    },
    {
      en: 'The oldest that is out has the number V(S) minus how many are out, modulo 8. N(R) minus that, modulo 8, is how many are acknowledged; more than are out is nonsense and changes nothing. Then move from queue to sent as long as the window has room, each with the next number. The timer is asked for when a frame goes out or something was acknowledged, and something is still out.',
      ko: '나가 있는 가장 오래된 것의 번호는 V(S)에서 나가 있는 개수를 뺀 것(모듈로 8)이에요. N(R)에서 그것을 뺀 것(모듈로 8)이 확인된 개수이고, 나가 있는 것보다 많으면 말이 안 되니 아무것도 바꾸지 않아요. 그다음 창에 자리가 있는 만큼 queue에서 sent로 옮기며 번호를 매깁니다. 프레임이 나가거나 무언가 확인되었고 아직 나가 있는 것이 있으면 타이머를 청하세요.',
    },
  ],
  run: (bench, steps) => walk(bench, steps, STOP_AND_WAIT_ROWS),
};

export const goBackN: Check = {
  id: 'go-back-n',
  title: { en: 'Go-back-N: a window of frames, and REJ', ko: 'Go-back-N: 프레임의 창, 그리고 REJ' },
  points: 12,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'Three frames are out and RR 2 comes. Which of them have arrived? Which did the receiver not say a word about?',
      ko: '프레임 셋이 나가 있는데 RR 2가 왔어요. 어느 것이 도착했나요? 수신 쪽이 한마디도 하지 않은 것은요?',
    },
    {
      en: 'N(R) acknowledges all before it. REJ does that, too, and asks for all from N(R) on. The receiver says REJ once for a gap, and RR to what comes before the gap is closed.',
      ko: 'N(R)은 그 앞의 모두를 확인해요. REJ도 그렇고, 거기에 더해 N(R)부터 모두를 다시 달라고 합니다. 수신 쪽은 빈자리 하나에 REJ를 한 번만 말하고, 메워지기 전에 오는 것에는 RR로 답해요.',
    },
    {
      en: 'Receiver: N(S) minus V(R), modulo 8, is how far ahead a frame is. 0: deliver, rejected is over. Less than the window: a gap. The window or more: it came already, answer RR. Sender: after REJ or a timer all that is still out goes again, in order, and behind it what the window has room for.',
      ko: '수신: N(S)에서 V(R)을 뺀 것(모듈로 8)이 얼마나 앞섰는지예요. 0이면 전달하고 rejected는 끝. 창보다 작으면 빈자리가 있는 것이고, 창 이상이면 이미 온 것이니 RR로 답합니다. 송신: REJ나 타이머 뒤에는 아직 나가 있는 모두를 순서대로 다시 보내고, 그 뒤에 창에 자리가 있는 만큼 보냅니다.',
    },
  ],
  run: (bench, steps) => walk(bench, steps, GO_BACK_N_ROWS),
};

export const selectiveRepeat: Check = {
  id: 'selective-repeat',
  title: { en: 'Selective repeat: only what is missing', ko: '선택적 반복: 빠진 것만' },
  points: 12,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'What is the receiver to do with a frame that came before its turn, if it is not to be sent again?',
      ko: '차례보다 먼저 온 프레임을 다시 보내지 않게 하려면 수신 쪽은 무엇을 해야 할까요?',
    },
    {
      en: 'Keep it at its place in early, and ask by SREJ for each frame between it and the furthest that came before. Those further back were asked for already. SREJ acknowledges nothing here.',
      ko: 'early의 제자리에 간직하고, 그것과 지금까지 온 가장 먼 것 사이의 프레임마다 SREJ로 달라고 하세요. 그보다 앞의 것은 이미 달라고 했어요. 여기서 SREJ는 아무것도 확인하지 않습니다.',
    },
    {
      en: 'While early is shorter than the distance, push undefined and answer SREJ of that number. Put the piece at its distance. Then take from the front as long as there are pieces: deliver them, and V(R) goes up as much. If no SREJ went out, answer RR V(R). Sender: SREJ sends the one piece with that number; a timer the oldest alone.',
      ko: 'early가 거리보다 짧은 동안 undefined를 넣으며 그 번호의 SREJ로 답하세요. 조각을 제 거리에 놓습니다. 그다음 앞에서부터 조각이 있는 만큼 꺼내 전달하고 V(R)을 그만큼 올려요. SREJ를 보내지 않았다면 RR V(R)로 답합니다. 송신: SREJ에는 그 번호의 조각 하나만, 타이머에는 가장 오래된 것만 보냅니다.',
    },
  ],
  run: (bench, steps) => walk(bench, steps, SELECTIVE_ROWS),
};

export const flowControl: Check = {
  id: 'flow-control',
  title: { en: 'Flow control: RNR, and the poll', ko: '흐름 제어: RNR, 그리고 폴' },
  points: 6,
  visibility: 'visible',
  fixtures: [],
  hints: [
    {
      en: 'The receiver said RNR, then RR, and the RR was lost. Who is waiting for whom now?',
      ko: '수신 쪽이 RNR을 말하고 나중에 RR을 말했는데 그 RR이 사라졌어요. 이제 누가 누구를 기다리나요?',
    },
    {
      en: 'So the sender asks: at each timer while the other is busy, RR with the poll bit. The receiver answers a poll with RR or RNR and the final bit.',
      ko: '그래서 송신 쪽이 물어요. 상대가 바쁜 동안 타이머마다 폴 비트를 세운 RR을 보냅니다. 수신 쪽은 폴에 파이널 비트를 세운 RR이나 RNR로 답해요.',
    },
    {
      en: 'RNR: acknowledge as for RR, set busy, send nothing, ask for the timer. While busy new pieces only go to the queue. RR or REJ: busy is over; if it was busy, all that is out goes again, since it was dropped, and then what waits. The receiver, busy, drops I frames and answers RNR V(R).',
      ko: 'RNR: RR처럼 확인하고, busy를 세우고, 아무것도 보내지 말고, 타이머를 청하세요. 바쁜 동안 새 조각은 queue에만 들어갑니다. RR이나 REJ: busy는 끝. 바빴다면 나가 있던 것은 버려졌으니 모두 다시 보내고 기다리던 것을 보내요. 바쁜 수신 쪽은 I 프레임을 버리고 RNR V(R)로 답합니다.',
    },
  ],
  run: (bench, steps) => walk(bench, steps, FLOW_ROWS),
};
