import type ts from 'typescript';
import { createRule } from '../src/rule.js';
import { optionAt } from '../src/tasks/edit.js';
import { findingsIn } from '../src/tasks/options.js';
import type { Project } from '../src/tasks/project.js';
import { correctionOf, type Trap, trapsOf } from '../src/tasks/traps.js';
import type { WrittenOptions } from '../src/tasks/options.js';

export default createRule({
  name: 'no-ineffective-option',
  description: 'disallow options that the library ignores, rejects, or reads otherwise than written',
  presets: { recommended: {}, strict: {} },
  checklist: [],
  hasSuggestions: true,
  defaults: {},
  options: {},
  messages: {
    ignored: '`{{option}}` has no effect in {{library}}: {{because}}. {{instead}}.',
    rejected: '{{library}} rejects `{{option}}`: {{because}}. {{instead}}.',
    misread: '{{library}} reads `{{option}}` otherwise than it is written: {{because}}. {{instead}}.',
    remove: 'Take `{{option}}` out.',
    write: 'Write `{{text}}`.',
  },
  check({ project, file, report }) {
    for (const trap of findingsIn(project, file, judgeOf(project))) {
      const { spec, library, at } = trap;
      const { effect, because, instead } = spec;
      const option = shortened(at);
      const edit = correctionOf(trap);
      const removes = edit !== undefined && spec.write !== undefined && 'remove' in spec.write;
      report({
        at: spec.option === undefined ? at : optionAt(at),
        messageId: effect,
        data: { option, library, because, instead },
        suggest: [
          edit && {
            ...edit,
            ...(removes
              ? { messageId: 'remove', data: { option } }
              : { messageId: 'write', data: { text: edit.text.replace(/^[,\s]+/, '') } }),
          },
        ],
      });
    }
  },
});

type Judge = (options: WrittenOptions) => readonly Trap[];

/** One judge for a program, by which its findings in other files are remembered. */
const judges = new WeakMap<Project, Judge>();

function judgeOf(project: Project): Judge {
  let judge = judges.get(project);
  if (!judge) judges.set(project, (judge = (options) => trapsOf(project, options)));
  return judge;
}

/** The option as it is written, but no more than a line of it. */
function shortened(at: ts.Node): string {
  const text = optionAt(at).getText().replaceAll('`', "'");
  const [line = ''] = text.split('\n');
  return line.length < text.length || line.length > 60 ? `${line.slice(0, 50).trimEnd()} …` : line;
}
