import type { CronDialect, LibraryDefinition } from './define.js';
import { defineLibrary } from './define.js';

const nicknames = ['@yearly', '@monthly', '@weekly', '@daily', '@hourly'] as const;

/** cron-parser 4 and 5, which BullMQ, Bull, pg-boss and GroupMQ use: seconds may come first. */
export const cronParser: CronDialect = {
  fields: [5, 6],
  sixth: 'seconds',
  nicknames: [...nicknames, '@minutely', '@secondly', '@weekdays', '@weekends'],
  extra: 'L#?H',
  names: true,
  lastWeekday: 7,
  openSteps: true,
};

/** Agenda: a cron expression by cron-parser, or an interval in words. */
export const agendaCron: CronDialect = { ...cronParser, otherwise: true };

/** graphile-worker: five fields of numbers, and nothing else. */
export const graphileCron: CronDialect = { fields: [5], lastWeekday: 7, plainRanges: true };

/** Services with a parser of their own, on a server. What may differ is let through. */
export const serverCron: CronDialect = {
  fields: [5, 6],
  sixth: 'seconds',
  nicknames: [...nicknames, '@annually', '@midnight'],
  extra: 'L#?WH',
  names: true,
  lastWeekday: 7,
  openSteps: true,
  wrapping: true,
};

/** Trigger.dev: cron-parser, but no seconds. */
export const triggerCron: CronDialect = { ...cronParser, fields: [5] };

/** robfig/cron 3, in Go, as Inngest and the cron schedules of Temporal's workflows use it. Run: 3.0.1. */
export const robfigCron: CronDialect = {
  fields: [5],
  nicknames: [...nicknames, '@annually', '@midnight', '@every'],
  extra: '?',
  names: true,
  lastWeekday: 6,
  openSteps: true,
  prefix: true,
};

/** Temporal: a sixth field is the year, seven are seconds and year; a time zone may come first. */
export const temporalCron: CronDialect = {
  fields: [5, 6, 7],
  sixth: 'year',
  nicknames: [...nicknames, '@annually', '@midnight', '@every'],
  extra: '?',
  names: true,
  lastWeekday: 7,
  openSteps: true,
  prefix: true,
};

/** DBOS: five fields, or seconds first. Version 5 knows more characters and nicknames than 4, which are let through. */
export const dbosCron: CronDialect = {
  fields: [5, 6],
  sixth: 'seconds',
  nicknames: [...nicknames, '@annually', '@midnight'],
  extra: 'L#?W',
  names: true,
  lastWeekday: 7,
  wrapping: true,
};

/** Firebase, by Cloud Scheduler: App Engine's words, or five fields. */
export const firebaseCron: CronDialect = { fields: [5], names: true, lastWeekday: 7, otherwise: true };

/** The `cron` package, which @nestjs/schedule uses. Run: 4.4.0, which takes no `?` any more. */
const cronPackage: CronDialect = {
  fields: [5, 6],
  sixth: 'seconds',
  nicknames: [...nicknames, '@minutely', '@secondly', '@weekdays', '@weekends'],
  extra: '?',
  names: true,
  lastWeekday: 7,
  openSteps: true,
};

/** Timers of NestJS: no queue, but a schedule all the same. */
export const nestjsSchedule: LibraryDefinition = defineLibrary({
  name: 'NestJS Schedule',
  packages: ['@nestjs/schedule'],
  documented: { schedules: 'https://github.com/kelektiv/node-cron#cron-patterns' },
  cron: cronPackage,
  schedules: [
    // A `Date` is no expression.
    { decorator: 'Cron', expression: 'arg0', zone: 'arg1.timeZone' },
  ],
});
