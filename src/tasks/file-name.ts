import ts from 'typescript';
import type { Code } from '../typescript/code.js';
import { evaluate } from '../typescript/evaluate.js';
import { skipOuter } from '../typescript/syntax.js';
import type { Value } from '../typescript/value.js';

/**
 * The absolute file name that an expression builds: `'./work.js'`, `path.join(__dirname, 'work.js')`,
 * `new URL('./work.js', import.meta.url)`, `require.resolve('./work')`; undefined for anything else.
 */
export function fileNamedBy(code: Code, node: ts.Node, value: Value): string | undefined {
  const from = (value.kind === 'made' ? value.node : node).getSourceFile().fileName;
  const folder = from.slice(0, from.lastIndexOf('/'));
  if (value.kind === 'constant' && typeof value.value === 'string') return resolve(folder, value.value);
  const expression = value.kind === 'made' ? value.node : ts.isExpression(node) ? skipOuter(node) : undefined;
  return expression && fileOfExpression(code, expression, folder);
}

function fileOfExpression(code: Code, node: ts.Node, folder: string): string | undefined {
  if (ts.isTemplateExpression(node) && node.head.text === '' && node.templateSpans.length === 1) {
    const [span] = node.templateSpans;
    return span && isFolder(span.expression) ? folder + span.literal.text : undefined;
  }
  if (ts.isPropertyAccessExpression(node)) return fileOfExpression(code, skipOuter(node.expression), folder);
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
  const callee = node.expression.getText();
  const args = node.arguments ?? [];
  const texts = args.map((argument) => {
    const value = evaluate(code, argument);
    return value.kind === 'constant' && typeof value.value === 'string' ? value.value : undefined;
  });
  if (/(?:^|\.)(?:join|resolve)$/.test(callee) && callee !== 'require.resolve') {
    const [first] = args;
    const rest = texts.slice(1);
    return first && isFolder(first) && rest.every((text) => text !== undefined)
      ? resolve(folder, rest.join('/'))
      : undefined;
  }
  if ((callee === 'URL' || callee === 'require.resolve') && texts[0] !== undefined)
    return resolve(folder, texts[0]);
  const [only] = args;
  if (/(?:fileURLToPath|pathToFileURL)$/.test(callee) && only)
    return fileOfExpression(code, skipOuter(only), folder);
  return undefined;
}

function isFolder(node: ts.Node): boolean {
  return node.getText() === '__dirname' || node.getText() === 'import.meta.dirname';
}

function resolve(folder: string, path: string): string {
  const parts = path.startsWith('/') ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return path.startsWith('/') ? `/${parts.join('/')}` : parts.join('/');
}
