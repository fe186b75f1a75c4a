import type { CronDialect } from '../../src/libraries/define.js';
import { flawOf } from '../../src/tasks/schedules.js';

/** Does the rule take an expression for one that the library takes? What runs too often is valid. */
export function takes(expression: string, dialect: CronDialect): boolean {
  const flaw = flawOf(expression, dialect);
  return flaw === undefined || flaw.kind === 'accident';
}

/** Valid and invalid ones, each for a reason of its own. */
export const EXPRESSIONS = [
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
