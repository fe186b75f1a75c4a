import ts from 'typescript';
import { createRule, type Suggestion } from '../src/rule.js';
import { optionAt } from '../src/tasks/edit.js';
import { findingsIn, type WrittenOptions } from '../src/tasks/options.js';
import { type TimeConflict, timeConflictsOf } from '../src/tasks/times.js';

export default createRule({
  name: 'no-conflicting-time-limits',
  description: 'disallow times that contradict each other, or that were given in another unit',
  presets: { recommended: {}, strict: {} },
  checklist: [10],
  hasSuggestions: true,
  defaults: {},
  options: {},
  messages: {
    conflict:
      '`{{option}}` ({{time}}) must be {{less}} `{{than}}` ({{other}}, {{where}}): {{because}}. Change one of them.',
    soft: 'The soft limit `{{option}}` ({{time}}) is not below the hard one ({{other}}, {{where}}): {{library}} ends the task before it can end by itself. Lower it.',
    short:
      '`{{option}}` is {{time}}, for it is counted in milliseconds: {{because}}. If seconds are meant, write `{{instead}}`.',
    long: '`{{option}}` is {{time}}: {{because}}. If milliseconds are meant, write `{{instead}}`.',
    replace: 'Make it `{{instead}}`.',
  },
  check({ project, file, report, where }) {
    for (const conflict of findingsIn(project, file, judge)) {
      const { at, option, time, library } = conflict;
      const data = { option: optionAt(at).getText().split('\n')[0] ?? option, library, time: written(time) };
      if (conflict.kind === 'unit') {
        const { factor, because } = conflict;
        const instead = inOtherUnit(at, factor);
        report({
          at: optionAt(at),
          messageId: factor > 1 ? 'short' : 'long',
          data: { ...data, because, instead },
          suggest: [replacement(at, instead)],
        });
        continue;
      }
      const { other, otherAt } = conflict;
      const place = {
        other: written(other),
        where: otherAt ? where(otherAt) : 'the default',
      };
      report({
        at: optionAt(at),
        messageId: conflict.kind,
        data:
          conflict.kind === 'soft'
            ? { ...data, ...place }
            : {
                ...data,
                ...place,
                than: conflict.than,
                because: conflict.because,
                less: conflict.orEqual ? 'no more than' : 'less than',
              },
      });
    }
  },
});

function judge(options: WrittenOptions): readonly TimeConflict[] {
  return timeConflictsOf(options);
}

/** A time a thousand times as long, or as short, as people would write it. */
function inOtherUnit(at: ts.Node, factor: number): string {
  const text = at.getText();
  if (ts.isNumericLiteral(at)) return grouped(numberOf(at) * factor);
  const factors = factorsOf(at);
  if (factor > 1) return `${factors ? text : `(${text})`} * 1_000`;
  const thousand = factors?.findIndex((each) => numberOf(each) === 1000) ?? -1;
  if (factors && thousand >= 0 && factors.length > 1)
    return factors.flatMap((each, index) => (index === thousand ? [] : each.getText())).join(' * ');
  return `${factors ? text : `(${text})`} / 1_000`;
}

/** `1000 * 60 * 15`; undefined for what is no product of written numbers. */
function factorsOf(node: ts.Node): readonly ts.NumericLiteral[] | undefined {
  if (ts.isNumericLiteral(node)) return [node];
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.AsteriskToken)
    return undefined;
  const [left, right] = [factorsOf(node.left), factorsOf(node.right)];
  return left && right ? [...left, ...right] : undefined;
}

function numberOf(node: ts.NumericLiteral): number {
  return Number(node.getText().replaceAll('_', ''));
}

/** A name stands for a number that others may use. */
function replacement(at: ts.Node, instead: string): Suggestion | undefined {
  return factorsOf(at) ? { messageId: 'replace', data: { instead }, replace: at, text: instead } : undefined;
}

/** 30000 as `30_000`. */
function grouped(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, '_');
}

/** A time as people say it. */
function written(milliseconds: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const;
  const [name, size] = units.find(([, each]) => milliseconds >= each) ?? ['ms', 1];
  return `${String(Math.round((milliseconds / size) * 100) / 100)} ${name}`;
}
