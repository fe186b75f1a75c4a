import { defineLibrary, type DispatchSite, type LibraryDefinition } from './define.js';

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
  acknowledgement: { default: 'late' },
  deduplication: [{ option: 'unique' }],
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
      options: 'arg1',
      handler: 'arg2',
      payload: 'param0.attrs.data',
      before: '6',
    },
    {
      method: 'Agenda.define',
      task: 'arg0',
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
      handler: 'arg1',
      options: 'arg2',
      payload: 'param0.attrs.data',
    },
  ],
  emitters: [{ construct: 'Agenda', unheard: 'exits' }],
  ...common,
  layers: ['definition'],
  serializer: 'bson',
  evidence: 'test/evidence/agenda.test.ts',
});
