import type { SourceText } from './text.js';

/** A change of a text: what stands between two of its offsets becomes another text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Whole lines, the last one without its line break, and what stands there afterwards. */
export interface LineEdit {
  readonly first: number;
  readonly last: number;
  readonly text: string;
}

/** ESLint's edit on the text with its byte order mark: an edit before the text, or one that begins with a mark, replaces it. */
export function editOf(
  source: SourceText,
  { range: [start, end], text }: { readonly range: readonly [number, number]; readonly text: string },
): Edit {
  const replacesMark = start < 0 || (start === 0 && text.startsWith('\uFEFF'));
  return {
    start: replacesMark ? 0 : start + source.mark,
    end: Math.max(end, 0) + source.mark,
    text,
  };
}

/**
 * An edit as a change of whole lines: those that it touches, and all between them and a given line, which is
 * where its report begins. Lines that it leaves as they are are left out before that line, and after it.
 *
 * The text is not empty while the file has other lines: an empty one means no line to GitHub and GitLab, and an
 * empty line to rdjson. What takes away or changes the last line break of a file is no change of lines, and what
 * leaves nothing but that cannot be told: both are undefined.
 */
export function wholeLines(source: SourceText, edit: Edit, line: number): LineEdit | undefined {
  const { text, lines } = source;
  const from = Math.min(line, lines);
  let first = Math.min(from, source.lineAt(edit.start));
  let last = Math.max(from, source.lineAt(edit.end));
  // Within a line break, or after it: what follows is drawn in.
  if (edit.end > source.endOf(last)) last += 1;
  const tail = last > lines ? text.length : source.endOf(last);
  let now = text.slice(source.startOf(first), edit.start) + edit.text + text.slice(edit.end, tail);
  if (last > lines) {
    // To the end of the file. If its last line has a break, it has to keep one.
    last = lines;
    const end = text.slice(source.endOf(lines));
    if (now === '' && first > 1) {
      first -= 1;
      now = text.slice(source.startOf(first), source.startOf(first + 1));
    }
    if (!now.endsWith(end)) return undefined;
    now = now.slice(0, now.length - end.length);
  }
  while (first < from) {
    const same = text.slice(source.startOf(first), source.startOf(first + 1));
    if (!now.startsWith(same)) break;
    now = now.slice(same.length);
    first += 1;
  }
  while (last > from) {
    const same = text.slice(source.endOf(last - 1), source.endOf(last));
    if (!now.endsWith(same)) break;
    now = now.slice(0, -same.length);
    last -= 1;
  }
  if (now !== '') return { first, last, text: now };
  if (last < lines) {
    now = text.slice(source.endOf(last), source.endOf(last + 1));
    last += 1;
  } else if (first > 1) {
    first -= 1;
    now = text.slice(source.startOf(first), source.startOf(first + 1));
  } else if (lines > 1 && source.endOf(lines) < text.length) {
    return undefined;
  }
  return { first, last, text: now };
}
