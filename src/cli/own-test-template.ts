/** What `netlab test add` puts into a workspace: a test that passes, to begin from. */
import type { Language } from './messages/message.ts';

const HEADS: Readonly<Record<Language, (lab: string) => readonly string[]>> = {
  en: (lab) => [
    `Your own test of ${lab}. Each function that this file exports is a test: it throws when the code is wrong. It runs on`,
    `your code, on the reference, which it has to accept, and on wrong solutions, of which it should catch as many as it can.`,
  ],
  ko: (lab) => [
    `직접 만드는 ${lab} 테스트. 이 파일이 export 하는 함수 하나하나가 테스트이고, 코드가 틀렸으면 예외를 던집니다.`,
    `자신의 코드와 모범 답안(반드시 통과시켜야 합니다), 그리고 틀린 답안들에서 실행됩니다. 틀린 답안을 많이 잡을수록 좋습니다.`,
  ],
};

const NOTHING: Readonly<Record<Language, string>> = {
  en: 'nothing is exported',
  ko: 'export 한 것이 없습니다',
};

export const ownTestTemplate = (language: Language, lab: string, entry: string): string => `/**
${HEADS[language](lab)
  .map((line) => ` * ${line}`)
  .join('\n')}
 */
import * as subject from './${entry}';

function expect(holds: boolean, why: string): void {
  if (!holds) throw new Error(why);
}

export function exportsSomething(): void {
  expect(Object.keys(subject).length > 0, '${NOTHING[language]}');
}
`;
