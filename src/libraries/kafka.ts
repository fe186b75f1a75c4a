import { defineLibrary } from './define.js';

/**
 * Kafka by KafkaJS. Facts: kafkajs 2.2.4, read. Sources in the package: src/consumer/runner.js (an offset is resolved
 * after `eachMessage`, committed before the next fetch), src/consumer/index.js (a crash is followed by a restart).
 */
export const kafkajs = defineLibrary({
  name: 'Kafka',
  packages: ['kafkajs'],
  dispatches: [
    {
      method: 'Sender.send',
      each: 'arg0.messages',
      queue: 'arg0.topic',
      payload: 'item.value',
      bulk: { name: 'sendBatch' },
    },
    {
      method: 'Producer.send',
      each: 'arg0.messages',
      queue: 'arg0.topic',
      payload: 'item.value',
      bulk: { name: 'sendBatch' },
    },
    {
      method: 'Transaction.send',
      each: 'arg0.messages',
      queue: 'arg0.topic',
      payload: 'item.value',
      bulk: { name: 'sendBatch' },
    },
    {
      method: 'Sender.sendBatch',
      each: 'arg0.topicMessages',
      queue: 'item.topic',
      payload: 'item.messages[].value',
    },
  ],
  handlers: [{ method: 'Consumer.run', handler: ['arg0.eachMessage', 'arg0.eachBatch'], options: 'arg0' }],
  settlements: [{ method: 'Consumer.commitOffsets', outcome: 'done' }],
  layers: ['definition'],
  acknowledgement: { option: 'autoCommit', true: 'late', false: 'manual', default: 'late' },
  // Heartbeats go out between messages, and the session ends without them.
  lock: {
    lasts: 30_000,
    then: 'the broker gives the partition to another consumer, which reads the message again',
  },
  settings: [
    {
      method: 'Kafka.consumer',
      options: 'arg0',
      relations: [
        {
          option: 'heartbeatInterval',
          than: 'sessionTimeout',
          thanDefault: 30_000,
          because: 'the library throws where the consumer is made',
        },
      ],
      amounts: [
        {
          option: 'sessionTimeout',
          unit: 'ms',
          least: 1000,
          because: 'brokers take six seconds at least unless told otherwise, so the consumer never joins',
        },
      ],
    },
  ],
  serializer: 'bytes',
  evidence: 'test/evidence/kafkajs.test.ts',
  documented: {
    lock: 'https://kafka.js.org/docs/consuming',
    times: 'https://kafka.apache.org/documentation/#brokerconfigs_group.min.session.timeout.ms',
  },
});
