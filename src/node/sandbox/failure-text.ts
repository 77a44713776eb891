/** What the learner reads when their code goes wrong: what happened and, where it helps, what to do. */
import type { Text } from '../../lab/lab.ts';
import { nearest } from '../../lab/near.ts';
import type { ResultFlaw } from './protocol.ts';

export const syntax = (message: string): Text => ({
  en: `The file cannot be read: ${message}.`,
  ko: `파일을 읽을 수 없습니다: ${message}.`,
});

/** `require` and `module.exports` belong to a form of module that is not the learner's. */
function afterwards(message: string): Text {
  if (!/^(?:require|module|exports) is not defined/.test(message)) return { en: '', ko: '' };
  return {
    en: '. Your file is an ES module: write export before what others may call, and require nothing.',
    ko: '. 이 파일은 ES 모듈입니다. 밖에서 부를 것 앞에 export 를 쓰고, require 는 쓰지 마세요.',
  };
}

export const threw = (name: string, message: string): Text => {
  const what = name === '' ? message : `${name}: ${message}`;
  const { en, ko } = afterwards(message);
  return {
    en: `Your code threw ${what}${en}`,
    ko: `작성한 코드가 예외를 던졌습니다: ${what}${ko}`,
  };
};

export const loadThrew = (name: string, message: string): Text => {
  const what = name === '' ? message : `${name}: ${message}`;
  const { en, ko } = afterwards(message);
  return {
    en: `Your code threw while it was loaded: ${what}${en}`,
    ko: `작성한 코드가 불러오는 중에 예외를 던졌습니다: ${what}${ko}`,
  };
};

export const recursion = (): Text => ({
  en: 'A function calls itself without end.',
  ko: '함수가 끝없이 자기 자신을 호출합니다.',
});

export const endless = (seconds: number, functionName: string | undefined): Text => {
  const where = functionName ? ` (in ${functionName})` : '';
  const wo = functionName ? `${functionName} 함수가 ` : '';
  return {
    en: `It did not end within ${seconds} s and was stopped here${where}. Is this loop endless?`,
    ko: `${wo}${seconds}초 안에 끝나지 않아 여기서 멈췄습니다. 반복이 끝나는지 확인하세요.`,
  };
};

export const endlessSomewhere = (seconds: number, name: string): Text => ({
  en: `${name} did not end within ${seconds} s; it was stopped somewhere inside it.`,
  ko: `${name} 이(가) ${seconds}초 안에 끝나지 않아 그 안 어딘가에서 멈췄습니다.`,
});

export const neverSettled = (seconds: number, name: string): Text => ({
  en: `The Promise that ${name} returned was not settled within ${seconds} s.`,
  ko: `${name} 이(가) 돌려준 Promise 가 ${seconds}초 안에 완료되지 않았습니다.`,
});

const mebibytes = (octets: number): number => Math.round(octets / 2 ** 20);

export const memory = (limit: number, functionName: string | undefined): Text => {
  const where = functionName ? ` ${functionName}` : '';
  return {
    en: `It took more than ${mebibytes(limit)} MiB of memory and was stopped. See${where || ' here'}.`,
    ko: `메모리를 ${mebibytes(limit)} MiB 넘게 써서 멈췄습니다.${where} 부분을 확인하세요.`,
  };
};

export const exited = (): Text => ({
  en: 'Your code ended its process. Return from the function instead.',
  ko: '작성한 코드가 프로세스를 끝냈습니다. 대신 함수에서 return 하세요.',
});

export const stray = (message: string): Text => ({
  en: `Something failed with nobody listening: ${message}. Is an await missing?`,
  ko: `아무도 기다리지 않는 곳에서 오류가 났습니다: ${message}. await 가 빠졌는지 확인하세요.`,
});

export const forbiddenImport = (specifier: string): Text => ({
  en: `'${specifier}' cannot be imported here: a lab needs your own files alone, such as './frame.ts'.`,
  ko: `여기서는 '${specifier}' 을(를) import 할 수 없습니다. './frame.ts' 같은 자신의 파일만 쓸 수 있습니다.`,
});

export const missingFile = (specifier: string, files: readonly string[]): Text => {
  const name = specifier.split('/').at(-1) ?? specifier;
  const near = nearest(name, files);
  const there = files.join(', ');
  return {
    en: `There is no file '${specifier}'. ${near ? `Did you mean ${near}?` : `There are: ${there}.`}`,
    ko: `'${specifier}' 파일이 없습니다. ${near ? `${near} 인가요?` : `있는 파일: ${there}.`}`,
  };
};

export const missingName = (message: string): Text => ({
  en: `An import asks for a name that is not exported: ${message}.`,
  ko: `export 되지 않은 이름을 import 했습니다: ${message}.`,
});

export const missingExport = (
  name: string,
  found: string | undefined,
  exports: readonly string[],
): Text => {
  if (found !== undefined) {
    return {
      en: `${name} should be a function; it is exported as ${found}.`,
      ko: `${name} 은(는) 함수여야 하는데 ${found} 로 export 되어 있습니다.`,
    };
  }
  const near = nearest(name, exports);
  const there = exports.length === 0 ? undefined : exports.join(', ');
  const didYouMean = near ? ` Did you mean ${near}?` : '';
  return {
    en: `No function ${name} is exported.${didYouMean} Exported: ${there ?? 'nothing'}.`,
    ko: `${name} 함수가 export 되어 있지 않습니다.${near ? ` ${near} 인가요?` : ''} export 된 것: ${there ?? '없음'}.`,
  };
};

export const badResult = (name: string, where: string, flaw: ResultFlaw): Text => {
  const what = where.replace(/^result/, name === '' ? 'result' : `${name}()`);
  switch (flaw.kind) {
    case 'unsuitable':
      return {
        en: `${what} is a ${flaw.type}. Return plain data: numbers, strings, objects, arrays, Uint8Array.`,
        ko: `${what} 이(가) ${flaw.type} 입니다. 숫자, 문자열, 객체, 배열, Uint8Array 만 돌려줄 수 있습니다.`,
      };
    case 'too-large':
      return {
        en: `The result of ${name} is larger than ${flaw.limit} octets; no lab needs that much.`,
        ko: `${name} 의 결과가 ${flaw.limit} 옥텟보다 큽니다. 어떤 실습도 그만큼 필요하지 않습니다.`,
      };
    case 'too-deep':
      return {
        en: `The result of ${name} is nested deeper than ${flaw.limit} levels; does it contain itself?`,
        ko: `${name} 의 결과가 ${flaw.limit} 단계보다 깊습니다. 자기 자신을 담고 있지 않나요?`,
      };
  }
};
