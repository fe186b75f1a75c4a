import ts from 'typescript';
import { createRule, type Report } from '../src/rule.js';
import {
  flawOf,
  isTimeZone,
  type Schedule,
  schedulesIn,
  type Written,
  zoneBefore,
} from '../src/tasks/schedules.js';

export default createRule({
  name: 'valid-schedule',
  description: 'require schedules that the library understands, and that run when they seem to',
  presets: { recommended: {}, strict: {} },
  checklist: [],
  hasSuggestions: true,
  defaults: {},
  options: {},
  messages: {
    invalid:
      '{{library}} cannot read the schedule `{{text}}`: {{why}}. It is refused when it is set up, or never comes due. Write a valid one.',
    fields:
      'The schedule `{{text}}` has {{found}} fields, and {{library}} takes {{allowed}}: it is refused, or each field is taken for another one. Count them again.',
    never:
      'The schedule `{{text}}` never comes: there is no such day. {{library}} never runs the task. Choose a day that there is.',
    accident:
      '`{{text}}` runs the task {{runs}}, because of the `*` at its beginning. If it is to run once each time, write `{{instead}}`.',
    zone: '`{{text}}` is no time zone: {{library}} refuses the schedule, or runs it at another hour. Use a name such as `Europe/Paris`.',
    replace: 'Make it `{{instead}}`.',
  },
  check({ project, file, report, isHere }) {
    for (const schedule of schedulesIn(project, file)) {
      for (const each of schedule.expressions) if (isHere(each.at)) judge(schedule, each);
      for (const zone of schedule.zones)
        if (isHere(zone.at) && !isTimeZone(zone.text)) reportZone(schedule, zone.at, zone.text);
    }

    function judge(schedule: Schedule, { text, at }: Written): void {
      const { dialect, library } = schedule;
      const zone = zoneBefore(text, dialect);
      if (zone !== undefined && !isTimeZone(zone)) {
        reportZone(schedule, at, zone);
        return;
      }
      const flaw = flawOf(text, dialect);
      if (!flaw) return;
      const data = { library, text: shortened(text) };
      switch (flaw.kind) {
        case 'invalid':
          report({ at, messageId: 'invalid', data: { ...data, why: flaw.why } });
          return;
        case 'fields':
          report({
            at,
            messageId: 'fields',
            data: { ...data, found: String(flaw.found), allowed: flaw.allowed },
          });
          return;
        case 'never':
          report({ at, messageId: 'never', data });
          return;
        case 'accident':
          report({
            at,
            messageId: 'accident',
            data: { ...data, runs: flaw.runs, instead: flaw.instead },
            ...replacement(at, text, flaw.instead),
          });
      }
    }

    function reportZone({ library }: Schedule, at: ts.Node, text: string): void {
      report({ at, messageId: 'zone', data: { library, text } });
    }
  },
});

/** The expression in the text that is written here; what has a name is written elsewhere. */
function replacement(at: ts.Node, text: string, instead: string): Pick<Report, 'suggest'> {
  if (!ts.isStringLiteralLike(at)) return {};
  const found = at.getText();
  const written = found.replace(lastLineOf(text), instead);
  return written === found
    ? {}
    : { suggest: [{ messageId: 'replace', data: { instead }, replace: at, text: written }] };
}

/** What follows a time zone that stands before the fields. */
function lastLineOf(text: string): string {
  return text.trim().replace(/^(?:CRON_)?TZ=\S+\s+/, '');
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 50)} …` : text;
}
