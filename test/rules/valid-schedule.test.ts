import { type Case, testRule } from './support.js';

const bullmq = (pattern: string, rest = ''): string =>
  `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {} });\nawait mail.upsertJobScheduler('digest', { pattern: ${pattern}${rest} });`;

const accident: readonly Case[] = [
  {
    name: 'every minute of one hour',
    code: bullmq(`«'* 3 * * *'»`),
    messages: [
      '`* 3 * * *` runs the task every minute of hour 3, because of the `*` at its beginning. If it is to run once each time, write `0 3 * * *`.',
    ],
    outputs: [[`await mail.upsertJobScheduler('digest', { pattern: '0 3 * * *' });`]],
  },
  { name: 'every minute of two hours', code: bullmq(`«'* 8,20 * * *'»`) },
  {
    name: 'every minute of every other hour',
    code: bullmq(`«'* */2 * * *'»`),
    outputs: [[`await mail.upsertJobScheduler('digest', { pattern: '0 */2 * * *' });`]],
  },
  { name: 'every minute of the first of the month', code: bullmq(`«'* * 1 * *'»`) },
  { name: 'six fields: every second of a minute', code: bullmq(`«'* 0 3 * * *'»`) },
  { name: 'six fields: every second of every fifth minute', code: bullmq(`«'* */5 * * * *'»`) },
  { name: 'every minute is meant', code: bullmq(`'* * * * *'`) },
  { name: 'every second is meant', code: bullmq(`'* * * * * *'`) },
  { name: 'every minute at work', code: bullmq(`'* 8-17 * * 1-5'`) },
  { name: 'every minute of weekdays', code: bullmq(`'* * * * 1-5'`) },
  { name: 'every minute of January', code: bullmq(`'* * * 1 *'`) },
  { name: 'once a day', code: bullmq(`'0 3 * * *'`) },
];

const invalid: readonly Case[] = [
  { name: 'a minute that there is not', code: bullmq(`«'60 * * * *'»`), ids: 'invalid' },
  { name: 'the last minute', code: bullmq(`'59 23 * * *'`) },
  { name: 'an hour that there is not', code: bullmq(`«'0 24 * * *'»`), ids: 'invalid' },
  { name: 'a word', code: bullmq(`«'every day at noon please'»`), ids: 'invalid' },
  { name: 'day 0', code: bullmq(`«'0 0 0 * *'»`), ids: 'invalid' },
  { name: 'a backward range', code: bullmq(`«'0 22-6 * * *'»`), ids: 'invalid' },
  { name: 'weekday 8', code: bullmq(`«'0 0 * * 8'»`), ids: 'invalid' },
  { name: 'weekday 7 is Sunday', code: bullmq(`'0 0 * * 7'`) },
  { name: 'a nickname', code: bullmq(`'@daily'`) },
  { name: 'a nickname that is none', code: bullmq(`«'@noon'»`), ids: 'invalid' },
  {
    name: 'names, last days, counted weekdays',
    code: `${bullmq(`'0 0 1 JAN *'`)}\nawait mail.upsertJobScheduler('b', { pattern: '0 0 L * *' });\nawait mail.upsertJobScheduler('c', { pattern: '0 0 * * MON#1' });`,
  },
  {
    name: 'the nearest weekday, which cron-parser does not know',
    code: bullmq(`«'0 0 15W * *'»`),
    ids: 'invalid',
  },
  { name: 'from 5 on each tenth', code: bullmq(`'5/10 * * * *'`) },
  { name: 'a step of nothing', code: bullmq(`«'*/0 * * * *'»`), ids: 'invalid' },
  { name: 'a step that is longer than the hour is taken', code: bullmq(`'*/90 * * * *'`) },
  {
    name: 'four fields',
    code: bullmq(`«'0 3 * *'»`),
    ids: 'fields',
    messages: ['has 4 fields, and BullMQ takes 5 or 6'],
  },
  { name: 'seven fields', code: bullmq(`«'0 0 3 * * * 2027'»`), ids: 'fields' },
  { name: '31 February', code: bullmq(`«'0 0 31 2 *'»`), ids: 'never' },
  { name: '31 April by name', code: bullmq(`«'0 0 31 APR *'»`), ids: 'never' },
  { name: '29 February comes', code: bullmq(`'0 0 29 2 *'`) },
  { name: '31 of some months', code: bullmq(`'0 0 31 * *'`) },
  { name: 'a zone that is none', code: bullmq(`'0 3 * * *'`, `, tz: «'Europe/Pariss'»`), ids: 'zone' },
  { name: 'a zone', code: bullmq(`'0 3 * * *'`, `, tz: 'Europe/Paris'`) },
  { name: 'UTC', code: bullmq(`'0 3 * * *'`, `, tz: 'utc'`) },
];

const reach: readonly Case[] = [
  {
    name: 'a constant of another file: where it is used',
    code: {
      'app.ts': `import { Queue } from 'bullmq';\nimport { nightly } from './plan.js';\nconst mail = new Queue('mail', { connection: {} });\nawait mail.upsertJobScheduler('digest', { pattern: «nightly» });`,
      'plan.ts': `export const nightly = '* 3 * * *';`,
    },
    outputs: [[]],
  },
  {
    name: 'one of two',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {} });\nexport const plan = (often: boolean) => mail.upsertJobScheduler('digest', { pattern: often ? '* * * * *' : «'* 3 * * *'» });`,
  },
  { name: 'from the environment', code: bullmq(`process.env['PLAN'] ?? ''`) },
  { name: 'any', code: bullmq(`JSON.parse('"x"')`) },
  {
    name: 'without types',
    code: bullmq(`«'* 3 * * *'»`),
    untyped: true,
  },
  {
    name: 'a look-alike',
    code: `class Queue { upsertJobScheduler(_id: string, _options: object): void {} }\nnew Queue().upsertJobScheduler('a', { pattern: '* 3 * * *' });`,
  },
];

const libraries: readonly Case[] = [
  {
    name: 'BullMQ 5: repeat',
    code: `import { Queue } from 'bullmq5';\nconst mail = new Queue('mail', { connection: {} });\nawait mail.add('a', {}, { repeat: { pattern: «'* 3 * * *'», tz: 'Asia/Tokyo' } });\nawait mail.add('a', {}, { repeat: { pattern: '0 3 * * *', tz: «'Asia/Tokio'» } });`,
    ids: ['accident', 'zone'],
  },
  {
    name: 'Bull',
    code: `import Bull from 'bull';\nconst mail = new Bull('mail');\nawait mail.add({ id: 1 }, { repeat: { cron: «'* 3 * * *'» } });\nawait mail.add('name', { id: 1 }, { repeat: { cron: «'* 3 * * *'» } });\nawait mail.add({ id: 1 }, { repeat: { cron: '0 3 * * *' } });`,
  },
  {
    name: 'pg-boss takes seconds, too',
    code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss('postgres://db');\nawait boss.schedule('mail', '0 0 3 * * *');\nawait boss.schedule('mail', «'60 0 3 * * *'»);`,
    ids: 'invalid',
  },
  {
    name: 'pg-boss',
    code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss('postgres://db');\nawait boss.schedule('mail', «'* 3 * * *'»);\nawait boss.schedule('mail', '0 3 * * *', {}, { tz: «'Mars/Base'» });\nawait boss.schedule('mail', '0 3 * * *', {}, { tz: 'UTC' });`,
    ids: ['accident', 'zone'],
  },
  {
    name: 'graphile-worker takes five fields of numbers',
    code: `import { parseCronItems, parseCrontab } from 'graphile-worker';\nexport const items = parseCronItems([{ task: 'a', match: «'0 3 * * MON'» }, { task: 'b', match: '0 3 * * 1' }, { task: 'c', match: «'0 0 3 * * *'» }]);\nexport const tab = parseCrontab(«'# nightly\\n* 3 * * * mail'»);\nexport const fine = parseCrontab('0 3 * * * mail ?max=1 {a:1}');`,
    ids: ['invalid', 'fields', 'accident'],
  },
  {
    name: 'Agenda takes words as well',
    code: `import { Agenda } from 'agenda';\nconst agenda = new Agenda();\nawait agenda.every('3 minutes', 'mail');\nawait agenda.every(«'* 3 * * *'», 'mail');\nawait agenda.every('0 3 * * *', 'mail');`,
    broken: true,
  },
  {
    name: 'Inngest takes five fields, and Sunday is 0',
    code: `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'app' });\nexport const a = inngest.createFunction({ id: 'a' }, { cron: «'0 0 3 * * *'» }, () => 1);\nexport const b = inngest.createFunction({ id: 'b' }, { cron: «'0 3 * * 7'» }, () => 1);\nexport const c = inngest.createFunction({ id: 'c' }, { cron: '0 3 * * 0' }, () => 1);\nexport const d = inngest.createFunction({ id: 'd' }, { cron: '@every 1h' }, () => 1);`,
    ids: ['fields', 'invalid'],
  },
  {
    name: 'Temporal: a workflow takes five fields, a schedule a year, too',
    code: `import type { Client } from '@temporalio/client';\ndeclare const client: Client;\nawait client.workflow.start('report', { taskQueue: 'q', workflowId: 'a', cronSchedule: «'0 3 * * * 2030'» });\nawait client.workflow.start('report', { taskQueue: 'q', workflowId: 'b', cronSchedule: '0 3 * * *' });\nawait client.schedule.create({ scheduleId: 's', action: { type: 'startWorkflow', workflowType: 'report', taskQueue: 'q' }, spec: { cronExpressions: ['0 3 * * * 2030'] } });`,
    ids: 'fields',
  },
  {
    name: 'Trigger.dev takes no seconds',
    code: `import { schedules } from '@trigger.dev/sdk/v3';\nexport const a = schedules.task({ id: 'a', cron: «'0 0 3 * * *'», run: async () => 1 });\nexport const b = schedules.task({ id: 'b', cron: '0 3 L * *', run: async () => 1 });`,
    ids: 'fields',
  },
  {
    name: 'DBOS 5 knows nicknames and last days',
    code: `import { DBOS } from '@dbos-inc/dbos-sdk';\nexport class Reports {\n  @DBOS.scheduled({ crontab: '@daily' })\n  @DBOS.workflow()\n  static async a(_at: Date, _now: Date) {}\n  @DBOS.scheduled({ crontab: '0 0 L * *' })\n  @DBOS.workflow()\n  static async b(_at: Date, _now: Date) {}\n  @DBOS.scheduled({ crontab: «'@noon'» })\n  @DBOS.workflow()\n  static async c(_at: Date, _now: Date) {}\n}`,
    ids: 'invalid',
  },
  {
    name: 'Inngest puts the time zone before it',
    code: `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'app' });\nexport const a = inngest.createFunction({ id: 'a' }, { cron: «'TZ=Europe/Paris * 12 * * *'» }, () => 1);\nexport const b = inngest.createFunction({ id: 'b' }, { cron: «'TZ=Europe/Pariss 0 12 * * *'» }, () => 1);\nexport const c = inngest.createFunction({ id: 'c' }, { cron: 'TZ=Europe/Paris 0 12 * * *' }, () => 1);`,
    ids: ['accident', 'zone'],
    outputs: [
      [
        `export const a = inngest.createFunction({ id: 'a' }, { cron: 'TZ=Europe/Paris 0 12 * * *' }, () => 1);`,
      ],
      [],
    ],
  },
  {
    name: 'Temporal',
    code: `import type { Client } from '@temporalio/client';\ndeclare const client: Client;\ndeclare const report: () => Promise<void>;\nawait client.workflow.start(report, { taskQueue: 'a', workflowId: 'a', cronSchedule: «'* 3 * * *'» });\nawait client.workflow.start(report, { taskQueue: 'a', workflowId: 'a', cronSchedule: '0 3 * * *' });\nawait client.schedule.create({ scheduleId: 'a', spec: { cronExpressions: ['0 3 * * *', «'* 4 * * *'»] }, action: { type: 'startWorkflow', workflowType: report, taskQueue: 'a' } });`,
  },
  {
    name: 'Trigger.dev',
    code: `import { schedules } from '@trigger.dev/sdk/v3';\nexport const a = schedules.task({ id: 'a', cron: «'* 3 * * *'», run: async () => {} });\nexport const b = schedules.task({ id: 'b', cron: { pattern: '0 3 * * *', timezone: «'Moon'» }, run: async () => {} });\nexport const c = schedules.task({ id: 'c', cron: '0 3 * * *', run: async () => {} });`,
    ids: ['accident', 'zone'],
  },
  {
    name: 'NestJS',
    code: `import { Cron } from '@nestjs/schedule';\nexport class Tasks {\n  @Cron(«'* 0 3 * * *'»)\n  a() {}\n  @Cron('0 0 3 * * *', { timeZone: 'Europe/Paris' })\n  b() {}\n}`,
    broken: true,
    untyped: true,
  },
  {
    name: 'Firebase takes words as well',
    code: `import { onSchedule } from 'firebase-functions/v2/scheduler';\nexport const a = onSchedule(«'* 3 * * *'», async () => {});\nexport const b = onSchedule('every day 03:00', async () => {});\nexport const c = onSchedule({ schedule: '0 3 * * *', timeZone: «'Moon'» }, async () => {});`,
    ids: ['accident', 'zone'],
  },
  {
    name: 'DBOS',
    code: `import { DBOS } from '@dbos-inc/dbos-sdk';\nexport class Reports {\n  @DBOS.scheduled({ crontab: «'* 3 * * *'» })\n  @DBOS.workflow()\n  static async a(_at: Date, _now: Date) {}\n  @DBOS.scheduled({ crontab: '0 3 * * *' })\n  @DBOS.workflow()\n  static async b(_at: Date, _now: Date) {}\n}`,
    broken: true,
  },
  {
    name: 'GroupMQ',
    code: `import { Queue } from 'groupmq';\ndeclare const queue: Queue<object>;\nawait queue.add({ groupId: 'a', data: {}, repeat: { pattern: «'* 3 * * *'» } });\nawait queue.add({ groupId: 'a', data: {}, repeat: { pattern: '0 3 * * *' } });`,
    broken: true,
  },
  {
    name: 'Hatchet',
    code: `import { HatchetClient } from '@hatchet-dev/typescript-sdk';\ndeclare const hatchet: HatchetClient;\nconst flow = hatchet.workflow({ name: 'flow', on: { cron: «'* 3 * * *'» } });\nawait flow.cron('nightly', «'* 4 * * *'», {});\nawait flow.cron('nightly', '0 4 * * *', {});`,
    broken: true,
  },
];

testRule('valid-schedule', 'accident', { accident, invalid, reach, libraries }, { typedOutputs: true });
