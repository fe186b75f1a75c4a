import { defineLibrary } from './define.js';
import type { InjectionSite, LoggerSpec, QueueSite } from './define.js';

/** What an application of NestJS logs with: its lines have a level, and the name of the class. */
export const nestLogger: LoggerSpec = {
  shown: 'the Logger of NestJS',
  member: { type: 'Logger', from: '@nestjs/common' },
  methods: { info: 'log' },
};

/**
 * NestJS modules around BullMQ and Bull. Facts: @nestjs/bullmq and @nestjs/bull 11.0.5 and 12.0.0.
 * Source in the packages: bull.providers.js merges root and queue options shallowly, so that a queue's own
 * `defaultJobOptions` replaces the root's whole.
 */
const registrations: readonly QueueSite[] = [
  { method: 'BullModule.forRoot', root: true, options: 'argLast', rootKey: 'arg0' },
  {
    method: 'BullModule.forRootAsync',
    root: true,
    options: [
      'argLast.useFactory()',
      'argLast.useClass.createSharedConfiguration()',
      'argLast.useExisting.createSharedConfiguration()',
    ],
    rootKey: 'arg0',
  },
  {
    method: 'BullModule.registerQueue',
    each: 'args',
    name: 'item.name',
    nameDefault: 'default',
    options: 'item',
    standsAlone: ['connection', 'redis', 'url'],
    rootKey: 'item.configKey',
  },
  {
    method: 'BullModule.registerQueueAsync',
    each: 'args',
    name: 'item.name',
    nameDefault: 'default',
    options: [
      'item.useFactory()',
      'item.useClass.createRegisterQueueOptions()',
      'item.useClass.createBullOptions()',
      'item.useExisting.createRegisterQueueOptions()',
      'item.useExisting.createBullOptions()',
    ],
    standsAlone: ['connection', 'redis', 'url'],
    rootKey: 'item.configKey',
  },
];

const injections: readonly InjectionSite[] = [{ decorator: 'InjectQueue', name: 'arg0', default: 'default' }];

export const nestjsBullmq = defineLibrary({
  name: 'BullMQ with NestJS',
  packages: ['@nestjs/bullmq'],
  extends: 'BullMQ',
  queues: registrations,
  injections,
  handlers: [
    {
      decorator: 'Processor',
      queue: ['arg0.name', 'arg0'],
      queueDefault: 'default',
      handler: 'member.process',
      taskIn: 'param0.name',
      payload: 'param0.data',
    },
  ],
  emitters: [{ decorator: 'Processor', unheard: 'asked' }],
  listeners: [{ decorator: 'OnWorkerEvent', event: 'arg0' }],
  failures: {
    observer: "@OnWorkerEvent('failed')",
    events: ['failed'],
    mentions: ['QueueEvents'],
  },
  logger: nestLogger,
  evidence: 'test/evidence/nestjs.test.ts',
});

export const nestjsBull = defineLibrary({
  name: 'Bull with NestJS',
  packages: ['@nestjs/bull'],
  extends: 'Bull',
  queues: registrations,
  injections,
  handlers: [
    {
      decorator: 'Process',
      owner: { decorator: 'Processor', queue: ['arg0.name', 'arg0'] },
      queueDefault: 'default',
      task: ['arg0.name', 'arg0'],
      taskDefault: '__default__',
      unique: 'queue',
      handler: 'self',
      payload: 'param0.data',
    },
  ],
  listeners: [
    { decorator: 'OnQueueFailed', event: 'failed' },
    { decorator: 'OnGlobalQueueFailed', event: 'global:failed' },
    { decorator: 'OnQueueEvent', event: 'arg0' },
  ],
  failures: { observer: '@OnQueueFailed()', events: ['failed', 'global:failed'] },
  logger: nestLogger,
  evidence: 'test/evidence/nestjs.test.ts',
});
