/** A line that changes where it stands in a terminal; in a pipe, a line of its own now and then. */

export interface LiveLine {
  /** A line that stays, above the one that changes. */
  print(line: string): void;
  end(): void;
}

const TERMINAL_MS = 200;
const PIPE_MS = 5000;
const CLEAR = '\r\u001b[K';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
/** Of a terminal that does not say how wide it is. */
const COLUMNS = 80;

/** `text` is asked for what the line says now. */
export function openLiveLine(stream: NodeJS.WriteStream, text: () => string): LiveLine {
  return stream.isTTY ? new MovingLine(stream, text) : new PlainLines(stream, text);
}

class MovingLine implements LiveLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #text: () => string;
  readonly #timer: NodeJS.Timeout;

  constructor(stream: NodeJS.WriteStream, text: () => string) {
    this.#stream = stream;
    this.#text = text;
    this.#timer = setInterval(() => this.#paint(), TERMINAL_MS);
    stream.write(HIDE_CURSOR);
    this.#paint();
  }

  print(line: string): void {
    this.#stream.write(`${CLEAR}${line}\n`);
    this.#paint();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#stream.write(`${CLEAR}${this.#text()}\n${SHOW_CURSOR}`);
  }

  /** One that is cut to the terminal's width: one that wraps could not be written over. */
  #paint(): void {
    const width = (this.#stream.columns || COLUMNS) - 1;
    this.#stream.write(`${CLEAR}${cut(this.#text(), width)}`);
  }
}

class PlainLines implements LiveLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #text: () => string;
  readonly #timer: NodeJS.Timeout;
  #last = '';

  constructor(stream: NodeJS.WriteStream, text: () => string) {
    this.#stream = stream;
    this.#text = text;
    this.#timer = setInterval(() => this.#tell(), PIPE_MS);
  }

  print(line: string): void {
    this.#stream.write(`${line}\n`);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#tell();
  }

  /** What has not changed is not said again. */
  #tell(): void {
    const text = this.#text();
    if (text !== this.#last) this.print(text);
    this.#last = text;
  }
}

/** Wide characters take two columns: so few as surely fit are left. */
function cut(text: string, width: number): string {
  let columns = 0;
  let end = 0;
  for (const character of text) {
    columns += (character.codePointAt(0) ?? 0) > 0x10ff ? 2 : 1;
    if (columns > width) return text.slice(0, end);
    end += character.length;
  }
  return text;
}
