/** What is answered to a request: RFC 1945 §6. */
import { concat, fromAscii } from '../../../base/octets.ts';
import type { Request } from './request.ts';

export interface Page {
  readonly title: string;
  readonly lines: readonly string[];
}

const REASONS = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  501: 'Not Implemented',
} as const;

type Status = keyof typeof REASONS;

/** `request` undefined: it could not be read. */
export function respond(request: Request | undefined, page: Page): Uint8Array {
  if (request === undefined) return whole(400, plain(400), true);
  const { method, target, full } = request;
  const wantsBody = method !== 'HEAD';
  if (method !== 'GET' && method !== 'HEAD') return whole(501, plain(501), true);
  const [path = ''] = target.split('?');
  const status = path === '/' || path === '/index.html' ? 200 : 404;
  const body = status === 200 ? page : plain(404);
  return full ? whole(status, body, wantsBody) : encode(html(body));
}

const plain = (status: Status): Page => ({ title: `${status} ${REASONS[status]}`, lines: [] });

function whole(status: Status, page: Page, wantsBody: boolean): Uint8Array {
  const body = encode(html(page));
  const head = [
    `HTTP/1.0 ${status} ${REASONS[status]}`,
    'Server: netlab',
    'Content-Type: text/html; charset=us-ascii',
    `Content-Length: ${body.length}`,
    'Connection: close',
    '',
    '',
  ];
  const octets = fromAscii(head.join('\r\n'));
  return wantsBody ? concat([octets, body]) : octets;
}

const html = ({ title, lines }: Page): string =>
  [
    '<!DOCTYPE html>',
    `<html lang="en"><head><title>${escapeText(title)}</title></head>`,
    `<body><h1>${escapeText(title)}</h1>`,
    ...(lines.length === 0 ? [] : ['<pre>', ...lines.map(escapeText), '</pre>']),
    '</body></html>',
    '',
  ].join('\n');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const escapeText = (text: string): string => text.replace(/[&<>]/g, (c) => ENTITIES[c] ?? c);

/** What ASCII has no octet for is a reference (HTML 4.01 §5.3.1). */
const encode = (text: string): Uint8Array =>
  fromAscii(text.replace(/[^\n\x20-\x7e]/gu, (c) => `&#${c.codePointAt(0)};`));
