import ts from 'typescript';
import type { Handler } from './model.js';

/** `@idempotent` in a comment before the handler: with a reason, without one, or not at all. */
export function idempotencyTag(handler: Handler): 'reasoned' | 'bare' | undefined {
  let bare = false;
  for (const node of [...declarations(handler.node), ...(handler.body ? declarations(handler.body) : [])]) {
    for (const comment of commentsBefore(node)) {
      const tag = /@idempotent\b(?<text>[^@]*)/.exec(comment);
      if (!tag) continue;
      const reason = tag.groups?.['text']
        ?.replace(/\*\/$/, '')
        .replace(/^[ \t]*\*/gm, '')
        .trim();
      if (reason) return 'reasoned';
      bare = true;
    }
  }
  return bare ? 'bare' : undefined;
}

/** The comments between what is before a node and its name: also those behind its decorators. */
function* commentsBefore(node: ts.Node): Generator<string> {
  const { text } = node.getSourceFile();
  const from = node.getFullStart();
  const start = node.getStart();
  // What follows a statement on its own line belongs to it; what follows a comma does not.
  const begin = ts.isStatement(node) || ts.isClassElement(node) ? lineEnd(text, from, start) : from;
  yield* comments(text.slice(begin, start));
  const decorators = ts.canHaveDecorators(node) ? ts.getDecorators(node) : undefined;
  for (const decorator of decorators ?? []) {
    const end = decorator.getEnd();
    const next = /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(text.slice(end))?.[0] ?? '';
    yield* comments(next);
  }
}

/** Where the rest of the line ends on which the previous token stands; the start of the file has none. */
function lineEnd(text: string, from: number, start: number): number {
  if (from === 0) return from;
  const end = text.indexOf('\n', from);
  return end < 0 || end > start ? from : end;
}

function* comments(trivia: string): Generator<string> {
  for (const [comment] of trivia.matchAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g)) yield comment;
}

/** The nodes before which such a comment may stand: from the function out to its statement or class. */
function* declarations(from: ts.Node): Generator<ts.Node> {
  for (let at: ts.Node = from; !ts.isSourceFile(at); at = at.parent) {
    yield at;
    if (ts.isStatement(at) && !ts.isBlock(at)) return;
    // A method speaks for itself; its class speaks for the one that is the class's purpose.
    if (ts.isClassLike(at)) return;
  }
}

/** Where a comment for the handler goes: before its decorators, its member or its statement. */
export function declarationStart(handler: Handler): { position: number; indent: string } | undefined {
  let at: ts.Node = ts.isDecorator(handler.node) ? handler.node.parent : handler.node;
  while (!ts.isStatement(at) && !ts.isClassElement(at) && !ts.isSourceFile(at.parent)) at = at.parent;
  const file = at.getSourceFile();
  const position = at.getStart(file);
  const line = file.text.lastIndexOf('\n', position - 1) + 1;
  const indent = file.text.slice(line, position);
  return indent.trim() === '' ? { position, indent } : undefined;
}
