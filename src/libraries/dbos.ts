import { dbosCron } from './cron.js';
import { defineLibrary } from './define.js';

/**
 * DBOS Transact 4 and 5: its workflows, which are recovered and not retried. Facts: @dbos-inc/dbos-sdk 4.27.6 and
 * 5.3.0, read; 5 run. Sources in the package: dist/src/dbos.js, dist/src/dbos-executor.js (steps).
 */
export const dbos = defineLibrary({
  name: 'DBOS',
  packages: ['@dbos-inc/dbos-sdk'],
  dispatches: [
    {
      method: 'DBOS.startWorkflow',
      curried: true,
      definition: 'arg0',
      task: 'next.name',
      queue: 'arg1.queueName',
      payload: 'next.args',
      options: 'arg1',
    },
    {
      method: 'DBOSClient.enqueue',
      task: 'arg0.workflowName',
      queue: 'arg0.queueName',
      payload: 'arg1',
      options: 'arg0',
    },
  ],
  handlers: [
    {
      method: 'DBOS.registerWorkflow',
      task: ['arg1.name', 'arg0'],
      unique: 'application',
      handler: 'arg0',
      payload: 'params',
      durable: true,
    },
    { decorator: 'workflow', task: ['arg0.name', 'name'], handler: 'self', payload: 'params', durable: true },
  ],
  cron: dbosCron,
  schedules: [
    { decorator: 'scheduled', expression: 'arg0.crontab' },
    { method: 'DBOS.registerScheduled', expression: 'arg1.crontab' },
    { method: 'DBOS.createSchedule', expression: 'arg0.schedule', zone: 'arg0.cronTimezone' },
    { method: 'DBOS.applySchedules', each: 'arg0', expression: 'item.schedule', zone: 'item.cronTimezone' },
  ],
  // Checkpointed in a workflow; elsewhere they hold whoever calls them.
  waits: [{ method: 'WorkflowHandle.getResult' }, { method: 'DBOS.getResult' }],
  sameName: 'DBOS throws that it is already registered, and the application does not start',
  layers: ['dispatch'],
  acknowledgement: { default: 'late' },
  deduplication: [{ option: 'workflowID' }, { option: 'enqueueOptions.deduplicationID' }],
  brokers: [
    { method: 'DBOS.setConfig', database: 'PostgreSQL' },
    { method: 'DBOSClient.create', database: 'PostgreSQL' },
  ],
  calledDirectly: true,
  logger: {
    shown: 'DBOS.logger',
    import: { name: 'DBOS', from: ['@dbos-inc/dbos-sdk'], path: 'logger' },
    methods: { log: 'info' },
    text: true,
  },
  serializer: 'superjson',
  evidence: 'test/evidence/dbos.test.ts',
});

/** The steps of DBOS workflows: they run once unless `retriesAllowed` says otherwise. */
export const dbosSteps = defineLibrary({
  name: 'DBOS step',
  packages: ['@dbos-inc/dbos-sdk'],
  extends: 'DBOS',
  handlers: [
    { method: 'DBOS.registerStep', task: 'arg1.name', handler: 'arg0', options: 'arg1', step: true },
    { method: 'DBOS.runStep', task: 'arg1.name', handler: 'arg0', options: 'arg1', step: true },
    { decorator: 'step', task: ['arg0.name', 'name'], handler: 'self', options: 'arg0', step: true },
  ],
  layers: ['definition'],
  attempts: {
    option: 'maxAttempts',
    counts: 'runs',
    default: 1,
    switch: { option: 'retriesAllowed', default: 3 },
  },
  backoff: {
    delay: 'intervalSeconds',
    unit: 's',
    delayDefault: 1000,
    factor: 'backoffRate',
    default: 'exponential',
  },
  traps: ['maxAttempts', 'intervalSeconds', 'backoffRate'].map((option) => ({
    option,
    without: ['retriesAllowed'],
    effect: 'ignored' as const,
    because: 'without `retriesAllowed` a step runs once',
    instead: 'Add `retriesAllowed: true`',
    decidesAttempts: true,
    write: { add: 'retriesAllowed: true' },
  })),
  amounts: [
    {
      option: 'timeoutMS',
      unit: 'ms',
      least: 100,
      because: 'the step times out before it has done anything',
    },
    {
      option: 'intervalSeconds',
      unit: 's',
      most: 100_000_000,
      because: 'the step is run again hours later: it is counted in seconds',
    },
  ],
  timeLimit: { option: 'timeoutMS', unit: 'ms', default: 'none' },
  // There only where the step has a time limit.
  signal: { at: 'DBOS.stepStatus.timeoutSignal', asked: true, aborts: 'when the time of the step is up' },
  suggest: {
    attempts: 'retriesAllowed: true',
    runOnce: 'retriesAllowed: false',
    timeLimit: 'timeoutMS: 30_000',
  },
  evidence: 'test/evidence/dbos.test.ts',
});
