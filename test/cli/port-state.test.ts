/** What an access server tells of its port's line and modem lines, as the command line shows it. */
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { COM_PORT } from '../../src/hardware/rfc2217/com-port.ts';
import { ComPortServer } from '../../src/hardware/rfc2217/server.ts';
import { type FailureDocument, netlab, startNetlab } from './netlab.ts';

const BREAK_AND_FRAMING = 0x18;
const FRAMING = 0x08;
const CTS_CHANGED = 0x01;
const CTS_AND_DSR = 0x30;

/** A port that makes every setting, and tells its states once the client's masks have come. */
async function accessServer(tell: (server: ComPortServer) => void): Promise<string> {
  const listener = createServer((socket) => {
    const server = new ComPortServer('test');
    let configured = false;
    const flush = (): void => {
      const output = server.pollOutput();
      if (output !== undefined) socket.write(output);
    };
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      server.handleOctets(chunk);
      if (configured) tell(server);
      for (let event = server.pollEvent(); event; event = server.pollEvent()) {
        if (event.kind !== 'setting') continue;
        server.answer(event.command, event.value);
        configured ||= event.command === COM_PORT.SET_BAUDRATE;
      }
      flush();
    });
    flush();
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void listener.close());
  return `rfc2217://127.0.0.1:${(listener.address() as AddressInfo).port}`;
}

/** The first time alone. */
const once = (tell: (server: ComPortServer) => void): ((server: ComPortServer) => void) => {
  let told = false;
  return (server) => {
    if (!told) tell(server);
    told = true;
  };
};

const trouble = () =>
  once((server) => {
    server.notify('modem-state', CTS_AND_DSR);
    server.notify('line-state', FRAMING);
    server.notify('line-state', BREAK_AND_FRAMING);
  });

describe('a port that reports', () => {
  it('is shown in the monitor, decoded, and summed up', async () => {
    const port = await accessServer(trouble());
    const running = startNetlab(['monitor', port, '--no-color']);
    await running.shows(/framing/);
    running.child.kill('SIGINT');
    const { stdout } = await running.ended;
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ! \+CTS \+DSR -RI -DCD$/m);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ! framing errors: 2, breaks: 1$/m);
    expect(stdout).toMatch(/^The port reported framing errors: 2, breaks: 1\. Wrong line rate/m);
  });

  it('is a record each with --json', async () => {
    const again = once((server) => {
      server.notify('modem-state', CTS_AND_DSR);
      server.notify('modem-state', CTS_CHANGED);
      server.notify('line-state', FRAMING);
    });
    const port = await accessServer(again);
    const running = startNetlab(['monitor', port, '--json']);
    await running.shows(/line-errors/);
    running.child.kill('SIGINT');
    const { stdout } = await running.ended;
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const errors = { breaks: 0, framing: 1, parity: 0, overruns: 0 };
    const levels = { cts: false, dsr: false, ri: false, dcd: false };
    expect(records).toContainEqual(expect.objectContaining({ event: 'modem-state', ...levels }));
    expect(records).toContainEqual(expect.objectContaining({ event: 'line-errors', ...errors }));
    expect(records.at(-1)).toMatchObject({ event: 'summary', reported: errors });
  });

  it('explains a board that is not understood', async () => {
    const port = await accessServer(
      once((server) => {
        server.write(Uint8Array.of(0x80, 0xf8, 0));
        server.notify('line-state', FRAMING);
      }),
    );
    const run = ['run', 'lab03', '--code', 'solution', '--peer', 'loopback', '--on', port];
    const { stdout, code } = await netlab([...run, '--json']);
    expect(code).toBe(4);
    expect((JSON.parse(stdout) as FailureDocument).error).toMatchObject({
      code: 'board-foreign',
      details: { framing: 1 },
    });
    const korean = await accessServer(trouble());
    const { stderr } = await netlab([...run.slice(0, -1), korean, '--lang', 'ko']);
    expect(stderr).toContain('포트가 알린 선로 오류: 프레이밍 오류 2건, 브레이크 1건.');
  });
});
