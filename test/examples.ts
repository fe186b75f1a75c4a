import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from './harness.js';

/** The examples of the documentation; test/docs.test.ts says what is written in them. */

export const repository = join(import.meta.dirname, '..');

export interface Example {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  /** Titles of the sections that it stands in, outermost first. */
  readonly sections: readonly string[];
  readonly text: string;
}

export function read(page: string): string {
  return readFileSync(join(repository, page), 'utf8');
}

export function examplesIn(page: string): readonly Example[] {
  const examples: Example[] = [];
  const sections: string[] = [];
  const lines = read(page).split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const heading = /^(?<level>#+) (?<title>.+)$/.exec(line)?.groups;
    if (heading) {
      sections.length = Math.max(0, (heading['level']?.length ?? 1) - 1);
      sections.push(heading['title'] ?? '');
    }
    const language = /^```(?<language>\w+)/.exec(line)?.groups?.['language'];
    if (language === undefined) continue;
    const end = lines.indexOf('```', index + 1);
    if (end < 0) throw new Error(`${page}:${String(index + 1)} is a fence without an end`);
    const text = `${lines.slice(index + 1, end).join('\n')}\n`;
    examples.push({ page, line: index + 1, language, sections: sections.slice(1), text });
    index = end;
  }
  return examples;
}

export function filesOf({ text, language }: Example): Files {
  const parts = text.split(/^\/\/ file: (.+)\n/m);
  const first = parts.shift() ?? '';
  const files: Record<string, string> = {};
  // An ESLint comment before the first file is for all of them.
  if (parts.length === 0 || !/^(?:\/\*.*\*\/)?\s*$/.test(first)) files[`example.${language}`] = first;
  for (let index = 0; index < parts.length; index += 2)
    files[(parts[index] ?? '').trim()] = parts[index + 1] ?? '';
  return files;
}

export function optionsIn(text: string, rule: string): object {
  const comment = new RegExp(String.raw`/\* eslint tasks/${rule}: (?<value>\[.*\]) \*/`).exec(text);
  const value: unknown = JSON.parse(comment?.groups?.['value'] ?? '[]');
  return ((value as unknown[])[1] as object | undefined) ?? {};
}
