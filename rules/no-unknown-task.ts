import ts from 'typescript';
import { createRule } from '../src/rule.js';
import type { Dispatch, Setting } from '../src/tasks/model.js';
import type { Routes } from '../src/tasks/names.js';
import { nearest } from '../src/tasks/near.js';
import { isInside, skipOuter } from '../src/typescript/syntax.js';

export default createRule({
  name: 'no-unknown-task',
  description: 'disallow dispatching under a name that no handler has',
  presets: { strict: {} },
  checklist: [],
  hasSuggestions: true,
  defaults: {},
  options: {},
  messages: {
    unknown: 'Nothing handles `{{name}}`: {{effect}}. There are handlers for {{known}}.',
    near: 'Nothing handles `{{name}}`: {{effect}}. There is `{{near}}` ({{where}}).',
    unnamed: 'This task has no name, and its queue has only handlers with one ({{known}}): {{effect}}.',
    replace: 'Write `{{near}}`.',
  },
  check({ project, file, report, where }) {
    for (const dispatch of project.dispatchesIn(file)) {
      if (!dispatch.library.routes) continue;
      const name = nameOf(dispatch);
      const { through } = dispatch;
      // What the project function that is called says, is judged there.
      const isSaid = through && nameOf(through).state === 'stated' && project.names.routesOf(through);
      const routes = isSaid ? undefined : project.names.routesOf(dispatch);
      if (!routes || name.state !== 'stated') continue;
      for (const value of name.values) if (!routes.names.has(value)) judge(dispatch, value, name.at, routes);
    }

    function judge(dispatch: Dispatch, name: string, written: ts.Node, { names }: Routes): void {
      const near = nearest(name, names.keys());
      const there = near === undefined ? undefined : names.get(near);
      const isUnnamed = name === dispatch.site.taskDefault;
      const isWritten = written.getSourceFile() === file && isInside(written, dispatch.node);
      const at = isWritten && written !== dispatch.node ? written : dispatch.name;
      const text = skipOuter(at);
      report({
        at,
        messageId: isUnnamed ? 'unnamed' : there ? 'near' : 'unknown',
        data: {
          name,
          effect: dispatch.library.routes?.without ?? '',
          known: listOf([...names.keys()]),
          near: near ?? '',
          where: there ? where(there) : '',
        },
        suggest: [
          near !== undefined && !isUnnamed && ts.isStringLiteral(text)
            ? { messageId: 'replace', data: { near }, replace: text, text: quoted(near, text.getText()) }
            : undefined,
        ],
      });
    }
  },
});

function nameOf({ library, queue, task }: Dispatch): Setting<string> {
  return library.routes?.by === 'queue' ? queue : task;
}

const maximumListed = 4;

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, maximumListed).map((name) => `\`${name}\``);
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${String(rest)} more` : shown.join(', ');
}

/** In the quotes of what it stands for. */
function quoted(name: string, before: string): string {
  return before.startsWith('"') ? JSON.stringify(name) : `'${name.replace(/[\\']/g, '\\$&')}'`;
}
