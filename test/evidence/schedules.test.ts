import { createRequire } from 'node:module';
import { parseCronItems } from 'graphile-worker';
import { describe, expect, it } from 'vitest';
import { cronParser, graphileCron } from '../../src/libraries/cron.js';
import { flawOf } from '../../src/tasks/schedules.js';

/** Valid and invalid ones, each for a reason of its own. */
const expressions = [
  '* * * * *',
  '0 3 * * *',
  '59 23 31 12 7',
  '60 * * * *',
  '0 24 * * *',
  '0 0 0 * *',
  '0 0 32 * *',
  '0 0 * 13 *',
  '0 0 * * 8',
  '0 0 * * 1-7',
  '0 22-6 * * *',
  '*/5 * * * *',
  '*/0 * * * *',
  '*/90 * * * *',
  '5/10 * * * *',
  '0 9-17/2 * * 1-5',
  '0,30 * * * *',
  '0 0 1 jan *',
  '0 0 * * MON-FRI',
  '0 0 * * MON#1',
  '0 0 L * *',
  '0 0 15W * *',
  '0 0 ? * 1',
  '0 0 3 * * *',
  '0 0 0 1 1 ? 2027',
  '0 0 31 2 *',
  '0 0 29 2 *',
  '@daily',
  '@noon',
  'a b c d e',
  'TZ=UTC 0 3 * * *',
];

type Parse = (expression: string) => { next: () => unknown };

function accepted(parse: Parse, expression: string): boolean {
  try {
    parse(expression).next();
    return true;
  } catch {
    return false;
  }
}

/** The parser that is installed for a package. */
function parserOf(path: string): Parse {
  const { resolve } = createRequire(import.meta.url);
  const loaded = createRequire(resolve(path))('cron-parser') as {
    parseExpression?: Parse;
    CronExpressionParser?: { parse: Parse };
  };
  return (expression) =>
    (loaded.CronExpressionParser?.parse.bind(loaded.CronExpressionParser) ?? loaded.parseExpression)?.(
      expression,
    ) ?? { next: () => undefined };
}

const agrees = (expression: string, takes: boolean, dialect: typeof cronParser): void => {
  const flaw = flawOf(expression, dialect);
  // What runs too often is valid.
  expect(flaw === undefined || flaw.kind === 'accident', expression).toBe(takes);
};

describe.each(['bullmq', 'bullmq5', 'bull', 'groupmq'])('schedules of %s', (name) => {
  const parse = parserOf(name);
  it.each(expressions)('%s', (expression) => {
    agrees(expression, accepted(parse, expression), cronParser);
  });
});

describe('schedules of graphile-worker', () => {
  it.each(expressions)('%s', (expression) => {
    let takes = true;
    try {
      parseCronItems([{ task: 'a', match: expression }]);
    } catch {
      takes = false;
    }
    // It takes a day that never comes: the task is then never run.
    if (flawOf(expression, graphileCron)?.kind === 'never') expect(takes).toBe(true);
    else agrees(expression, takes, graphileCron);
  });
});

describe('what the rule says of times is so', () => {
  it('a star before an hour runs sixty times', () => {
    const parse = parserOf('bullmq');
    const plan = parse('* 3 * * *') as { next: () => { toDate(): Date } };
    const dates = Array.from({ length: 61 }, () => plan.next().toDate().toISOString().slice(0, 13));
    expect(new Set(dates.slice(0, 60)).size).toBe(1);
    expect(dates[60]).not.toBe(dates[0]);
  });
});
