import { createRequire } from 'node:module';
import { parseCronItems } from 'graphile-worker';
import { describe, expect, it } from 'vitest';
import { cronParser, graphileCron } from '../../src/libraries/cron.js';
import { flawOf } from '../../src/tasks/schedules.js';
import { EXPRESSIONS, takes } from './expressions.js';

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

const agrees = (expression: string, taken: boolean, dialect: typeof cronParser): void => {
  expect(takes(expression, dialect), expression).toBe(taken);
};

describe.each(['bullmq', 'bullmq5', 'bull', 'groupmq'])('schedules of %s', (name) => {
  const parse = parserOf(name);
  it.each(EXPRESSIONS)('%s', (expression) => {
    agrees(expression, accepted(parse, expression), cronParser);
  });
});

describe('schedules of graphile-worker', () => {
  it.each(EXPRESSIONS)('%s', (expression) => {
    let taken = true;
    try {
      parseCronItems([{ task: 'a', match: expression }]);
    } catch {
      taken = false;
    }
    // It takes a day that never comes: the task is then never run.
    if (flawOf(expression, graphileCron)?.kind === 'never') expect(taken).toBe(true);
    else agrees(expression, taken, graphileCron);
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
