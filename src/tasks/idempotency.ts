import ts from 'typescript';
import type { Handler } from './model.js';

/** `@idempotent` in a comment before the handler: with a reason, without one, or not at all. */
export function idempotencyTag(handler: Handler): 'reasoned' | 'bare' | undefined {
  let bare = false;
  for (const node of [...declarations(handler.node), ...(handler.body ? declarations(handler.body) : [])]) {
    const file = node.getSourceFile();
    for (const { pos, end } of ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? []) {
      const tag = /@idempotent\b[ \t]*(?<reason>[^\n]*)/.exec(file.text.slice(pos, end));
      if (!tag) continue;
      const reason = tag.groups?.['reason']?.replace(/\*\/\s*$/, '').trim();
      if (reason) return 'reasoned';
      bare = true;
    }
  }
  return bare ? 'bare' : undefined;
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
