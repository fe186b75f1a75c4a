import type { LoggerSpec, TimeAmount, TrapSpec } from './define.js';

/** Rows that say the same of several libraries; their sources stand in each library's table. */

/** BullMQ and Bull take a job without `attempts` for one that runs once. */
export const backoffAlone: TrapSpec = {
  option: 'backoff',
  without: ['attempts'],
  effect: 'ignored',
  because: 'without `attempts` a job runs once, so nothing ever waits',
  instead: 'State `attempts` beside it',
  decidesAttempts: true,
  write: { add: 'attempts: 3' },
};

/** BullMQ and Bull keep the lines of a job with it, and show them in their boards. */
export const jobLog: LoggerSpec = {
  shown: 'job.log(…)',
  parameter: 'param0',
  methods: { log: 'log', info: 'log', debug: 'log', warn: 'log', error: 'log' },
  text: true,
  awaited: true,
};

/** A pause between two runs, in milliseconds, under which no other side recovers. */
export function pauseOf(option: string): TimeAmount {
  return { option, unit: 'ms', least: 100, because: 'all runs are over before the other side can recover' };
}

/** The time that a job may take, in milliseconds, under which nothing gets done. */
export function runTimeOf(option: string): TimeAmount {
  return { option, unit: 'ms', least: 100, because: 'the job has failed before it has done anything' };
}
