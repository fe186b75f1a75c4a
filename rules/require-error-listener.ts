import ts from 'typescript';
import { createRule, type Suggestion } from '../src/rule.js';
import { isTestFile } from '../src/tasks/aside.js';
import { classNamed, constructorOf, superCall } from '../src/typescript/classes.js';
import { nameHolding, outermost } from '../src/typescript/listeners.js';

export interface Options {
  asked: boolean;
}

export default createRule<Options>({
  name: 'require-error-listener',
  description: 'require a listener for the `error` event of what ends the process without one',
  presets: { recommended: {}, strict: { asked: true } },
  checklist: [],
  hasSuggestions: true,
  defaults: { asked: false },
  options: {
    asked: "Also where the process goes on without one, but the library's documentation asks for it.",
  },
  messages: {
    exits:
      "Nobody listens to the `error` event of this {{library}} object: the first one, say of a lost connection, ends the process and every task in it. Add `.on('error', …)`.",
    closes:
      "Nobody listens to the `error` event of this {{library}} channel: one refused call then closes the whole connection, and all that consumes over it stops. Add `.on('error', …)`.",
    asked:
      '{{library}} asks for an `error` listener here: without one, what goes wrong outside of the tasks, such as a lost connection, is only printed. Add one that reports it.',
    add: "Add `.on('error', console.error)`.",
  },
  check({ project, file, options, report }) {
    const matches = project.sitesIn(file, 'emitter');
    // A test is welcome to fail by it.
    if (matches.length === 0 || isTestFile(file, project.vocabulary.folder)) return;
    for (const match of matches) {
      const { library, site } = match.site;
      if (site.unheard === 'asked' && !options.asked) continue;
      if (isJudgedAtItsClass(match.node) || project.listening.mayBeHeard(match, 'error')) continue;
      report({
        at: match.name,
        messageId: site.unheard,
        data: { library: library.base },
        suggest: [site.emitter === undefined ? listenerFor(match.node) : undefined],
      });
    }

    /** A project class that extends the library's speaks for all that is made of it, where it calls `super`. */
    function isJudgedAtItsClass(node: ts.Node): boolean {
      const owner = ts.isNewExpression(node) ? classNamed(project.code, node.expression) : undefined;
      const body = owner && constructorOf(owner)?.body;
      return body !== undefined && superCall(body) !== undefined;
    }
  },
});

const listener = ".on('error', console.error)";

/** A statement behind the one that names the emitter, or a call appended to the expression that makes it. */
function listenerFor(node: ts.Node): Suggestion | undefined {
  const statement = statementNaming(node);
  if (statement) {
    const { end, text } = statement;
    return { messageId: 'add', replace: { start: end, end }, text };
  }
  // A promise has no listeners, and `new Queue.on(…)` would be another thing.
  if (!ts.isNewExpression(node) || !node.arguments) return undefined;
  const end = node.getEnd();
  return { messageId: 'add', replace: { start: end, end }, text: listener };
}

function statementNaming(node: ts.Node): { readonly end: number; readonly text: string } | undefined {
  const whole = outermost(node);
  const isSuper = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword;
  const name = isSuper ? undefined : nameHolding(node);
  const { parent } = whole;
  const statement =
    ts.isVariableDeclaration(parent) &&
    ts.isVariableDeclarationList(parent.parent) &&
    parent.parent.declarations.length === 1
      ? parent.parent.parent
      : name && ts.isBinaryExpression(parent)
        ? parent.parent
        : parent;
  const isWhole = ts.isVariableStatement(statement) || ts.isExpressionStatement(statement);
  if (!isWhole || !(ts.isBlock(statement.parent) || ts.isSourceFile(statement.parent))) return undefined;
  const target = isSuper
    ? 'this'
    : name && ts.isBinaryExpression(parent)
      ? parent.left.getText()
      : name?.text;
  if (target === undefined) return undefined;
  const file = node.getSourceFile();
  const start = statement.getStart(file);
  const line = file.text.lastIndexOf('\n', start - 1) + 1;
  const indent = /^\s*/.exec(file.text.slice(line, start))?.[0] ?? '';
  const semicolon = statement.getText(file).endsWith(';') ? ';' : '';
  return { end: statement.getEnd(), text: `\n${indent}${target}${listener}${semicolon}` };
}
