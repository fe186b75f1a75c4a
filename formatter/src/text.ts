const mark = '\uFEFF';

/** What ESLint calls a line ends in more ways than what git calls one: this is ESLint's list. */
const eslintBreak = /\r\n|[\r\n\u2028\u2029]/g;

/** A line and a column, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * The text of a file as it is on disk, with its byte order mark. Lines are git's and reviewdog's: they end with
 * a line feed and with nothing else, and a line feed at the end of the file begins no other line. Offsets are of
 * this text; ESLint counts without the mark.
 */
export class SourceText {
  readonly text: string;
  /** How many characters stand in front of what ESLint calls the text. */
  readonly mark: number;
  readonly #starts: readonly number[];
  #eslintStarts: readonly number[] | undefined;

  constructor(text: string) {
    this.text = text;
    this.mark = text.startsWith(mark) ? mark.length : 0;
    this.#starts = startsIn(text, /\n/g);
  }

  /** The number of the last line. */
  get lines(): number {
    const { length } = this.#starts;
    return length > 1 && this.#starts.at(-1) === this.text.length ? length - 1 : length;
  }

  /** Where a line begins; the line after the last one begins at the end of the text. */
  startOf(line: number): number {
    return this.#starts[line - 1] ?? this.text.length;
  }

  /** Where a line ends, without what breaks it from the next. */
  endOf(line: number): number {
    const next = this.#starts[line];
    if (next === undefined) return this.text.length;
    return this.text[next - 2] === '\r' ? Math.max(next - 2, this.startOf(line)) : next - 1;
  }

  /** The line that an offset is in; after a line feed at the end of the file that is one more than there are. */
  lineAt(offset: number): number {
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** Where ESLint's line and column are. They are kept within their line: some parsers report beyond its end. */
  offsetOf({ line, column }: Position): number {
    this.#eslintStarts ??= startsIn(this.text, eslintBreak, this.mark);
    const end = this.#eslintStarts[line] ?? this.text.length;
    return Math.min((this.#eslintStarts[line - 1] ?? end) + Math.max(column - 1, 0), end);
  }

  /** The line and the column in bytes of UTF-8, as rdjson counts. */
  inBytes(offset: number): Position {
    const line = this.lineAt(offset);
    return { line, column: Buffer.byteLength(this.text.slice(this.startOf(line), offset)) + 1 };
  }

  /** The line and the column in UTF-16 code units, as SARIF counts; a byte order mark is no part of its text. */
  inUnits(offset: number): Position {
    const line = this.lineAt(offset);
    return { line, column: Math.max(offset - this.startOf(line) - (line === 1 ? this.mark : 0), 0) + 1 };
  }
}

function startsIn(text: string, lineBreak: RegExp, first = 0): readonly number[] {
  return [first, ...Array.from(text.matchAll(lineBreak), (found) => found.index + found[0].length)];
}
