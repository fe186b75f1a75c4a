import { agendaCron } from './cron.js';
import {
  defineLibrary,
  type DispatchSite,
  type LibraryDefinition,
  type TimeAmount,
  type TrapSpec,
} from './define.js';

const dispatches: readonly DispatchSite[] = [
  { method: 'Agenda.now', task: 'arg0', payload: 'arg1' },
  { method: 'Agenda.nowDebounced', task: 'arg0', payload: 'arg1' },
  { method: 'Agenda.schedule', each: 'arg1', task: 'item', payload: 'arg2' },
  { method: 'Agenda.every', each: 'arg1', task: 'item', payload: 'arg2' },
  {
    method: 'Agenda.create',
    task: 'arg0',
    payload: 'arg1',
    options: 'chain',
    chain: { ends: ['save'], setters: { unique: 'unique' } },
  },
];

const lockLifetime: TimeAmount = {
  option: 'lockLifetime',
  unit: 'ms',
  least: 1000,
  because: 'the lock ends while the job runs, and a second copy of it starts',
};

const decoratorBackoff: TrapSpec = {
  option: 'backoff',
  effect: 'ignored',
  because: 'the decorators hand no strategy on, so a job that fails is not run again',
  instead: 'Define the job by `agenda.define()`',
};

const common = {
  waits: [
    { method: 'Job.isRunning', polling: true },
    { method: 'Agenda.jobs', polling: true },
  ],
  // `lockLifetime` ends nothing: when it runs out, a second copy starts beside the first.
  failures: {
    observer: "agenda.on('fail', …)",
    events: ['fail'],
    of: 'receiver',
    mentions: ['fail:', 'retry exhausted'],
  },
  timeLimit: { default: 'none' },
  cron: agendaCron,
  schedules: [{ method: 'Agenda.every', expression: 'arg0', zone: 'arg3.timezone' }],
  acknowledgement: { default: 'late' },
  deduplication: [{ option: 'unique' }],
  sameName: 'Agenda keeps the one that is defined last, and the other function never runs',
  routes: { by: 'task', without: 'Agenda stores it, and no worker ever takes it' },
} as const satisfies Partial<LibraryDefinition>;

/**
 * Agenda 4 to 6. Facts: 4.4.0, 5.0.0 and 6.2.6, read; 6 run. Sources in the package: dist/Job.js (runs, callbacks),
 * dist/utils/backoff.js, dist/JobProcessor.js (locks), dist/decorators/register.js.
 */
export const agenda = defineLibrary({
  name: 'Agenda',
  packages: ['agenda'],
  defaultExport: 'Agenda',
  dispatches,
  handlers: [
    // The order of the arguments changed with version 6.
    {
      method: 'Agenda.define',
      when: { arg1: 'object' },
      task: 'arg0',
      unique: 'object',
      options: 'arg1',
      handler: 'arg2',
      payload: 'param0.attrs.data',
      before: '6',
    },
    {
      method: 'Agenda.define',
      task: 'arg0',
      unique: 'object',
      handler: 'arg1',
      options: 'arg2',
      payload: 'param0.attrs.data',
    },
    // The decorators hand no strategy on, so what they define is never run again.
    { decorator: 'Define', task: 'arg0.name', handler: 'self', payload: 'param0.attrs.data' },
    { decorator: 'Every', task: 'arg1.name', handler: 'self', payload: 'param0.attrs.data' },
  ],
  // Version 6 listens to it by itself.
  emitters: [{ construct: 'Agenda', before: '6', unheard: 'exits' }],
  ...common,
  settings: [
    {
      method: 'Agenda.define',
      when: { arg1: 'object' },
      since: '6',
      traps: [
        {
          effect: 'misread',
          because: 'from version 6 on the handler comes before the options, so every run of the job fails',
          instead: 'Write `define(name, handler, options)`',
        },
      ],
    },
    {
      method: 'Agenda.define',
      when: { arg1: 'function', arg2: 'object' },
      before: '6',
      traps: [
        {
          effect: 'misread',
          because: 'before version 6 the options come before the handler, so every run of the job fails',
          instead: 'Write `define(name, options, handler)`',
        },
      ],
    },
    {
      method: 'Agenda.define',
      since: '6',
      options: 'arg2',
      amounts: [lockLifetime],
    },
    { method: 'Agenda.define', before: '6', options: 'arg1', amounts: [lockLifetime] },
    {
      decorator: 'Define',
      options: 'arg0',
      traps: [decoratorBackoff],
    },
    {
      decorator: 'Every',
      options: 'arg1',
      traps: [decoratorBackoff],
    },
  ],
  builders: { constant: 'arg0', linear: 'arg0', exponential: 'arg0' },
  layers: ['definition'],
  attempts: {
    option: 'backoff.maxRetries',
    counts: 'retries',
    default: 1,
    switch: { option: 'backoff', default: 4 },
  },
  backoff: {
    option: 'backoff',
    type: { key: 'type', values: { constant: 'fixed', linear: 'custom', exponential: 'exponential' } },
    delay: 'backoff.delay',
    unit: 'ms',
    jitter: 'backoff.jitter',
    default: 'none',
  },
  // The default store is the application's choice; MongoDB keeps a Date, the others make a text of it.
  serializer: 'json',
  versions: [{ before: '6', attempts: null, backoff: null, serializer: 'bson' }],
  evidence: 'test/evidence/agenda.test.ts',
});

/** The fork that version 6 came from: its argument order, MongoDB, and no retries. */
export const hokifyAgenda = defineLibrary({
  name: '@hokify/agenda',
  packages: ['@hokify/agenda'],
  dispatches,
  handlers: [
    {
      method: 'Agenda.define',
      task: 'arg0',
      unique: 'object',
      handler: 'arg1',
      options: 'arg2',
      payload: 'param0.attrs.data',
    },
  ],
  emitters: [{ construct: 'Agenda', unheard: 'exits' }],
  ...common,
  layers: ['definition'],
  serializer: 'bson',
  evidence: 'test/evidence/hokify-agenda.test.ts',
});
