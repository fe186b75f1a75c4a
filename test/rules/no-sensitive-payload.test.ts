import { type Case, testRule } from './support.js';

/** A dispatch of a payload, in a function with these parameters. */
const send = (payload: string, parameters = '', head = ''): string =>
  `import { Queue } from 'bullmq';\n${head}\nconst q = new Queue('a', { connection: {} });\nexport async function send(${parameters}) {\nawait q.add('a', ${payload});\n}`;

const reported: readonly Case[] = [
  {
    name: 'broken code, by the name',
    code: send(`{ «token: missing.there», ...nothing }`),
    broken: true,
  },
  {
    name: 'a password, shorthand',
    code: send(`{ «password» }`, 'password: string'),
    messages: ['`data.password` goes through BullMQ as plain text'],
  },
  { name: 'a password, of a key', code: send(`{ id: 1, «password: given» }`, 'given: string') },
  { name: 'a literal', code: send(`{ «apiKey: 'abc'» }`) },
  {
    name: 'by the last words, whatever stands before, in every spelling',
    code: send(
      `{ «githubAccessToken: t», «refresh_token: t», «'x-api-key': t», «STRIPE_SECRET_KEY: t», «userPasswordHash: t», «dbPassword: t» }`,
      't: string',
    ),
  },
  {
    name: 'in an object, a list and a spread',
    code: send(`{ user: { «secret: t» }, list: [{ «jwt: t» }], ...{ «cookie: t» } }`, 't: string'),
    messages: ['`data.user.secret`', '`data.list[].jwt`', '`data.cookie`'],
  },
  {
    name: 'inside a declared type: once, at the value',
    code: send(
      `{ «input» }`,
      'input: Input',
      `interface Input {\nname: string;\npassword?: string;\ntoken: string | null;\n}`,
    ),
    messages: ['`data.input.password`'],
  },
  { name: 'of the whole payload', code: send(`«input»`, 'input: { ssn: string }') },
  { name: 'any', code: send(`{ «password: body.password» }`, 'body: any') },
  {
    name: 'a value that may be missing',
    code: send(`{ «clientSecret: t» }`, 't?: string | null'),
  },
  {
    name: 'a secret column of a row, under another name',
    code: send(
      `{ id: user.id, «value: user.passwordHash» }`,
      'user: User',
      `import { Entity, PrimaryColumn } from 'typeorm';\n@Entity()\nclass User {\n@PrimaryColumn()\nid!: number;\npasswordHash!: string;\nname!: string;\n}`,
    ),
    messages: ['`data.value`'],
  },
  {
    name: 'in each element of a bulk dispatch',
    code: `import { Queue } from 'bullmq';\nconst q = new Queue('a', { connection: {} });\nexport const send = (token: string) => q.addBulk([{ name: 'a', data: { «token» } }, { name: 'b', data: { id: 1 } }]);`,
  },
  {
    name: 'at the caller of a wrapper',
    code: `import { Queue } from 'bullmq';\nconst q = new Queue('a', { connection: {} });\nasync function enqueue(data: object) {\nawait q.add('a', data);\n}\nexport const send = (password: string) => enqueue({ «password» });`,
  },
  {
    name: 'in a wrapper that adds it',
    code: `import { Queue } from 'bullmq';\nconst q = new Queue('a', { connection: {} });\ndeclare const token: string;\nasync function enqueue(id: number) {\nawait q.add('a', { id, «token» });\n}\nexport const send = () => enqueue(1);`,
  },
  {
    name: 'further names',
    code: send(`{ «salary: t», «yearlySalary: t», salaryId: t }`, 't: string'),
    options: { names: ['salary'] },
  },
  {
    name: 'personal data, when asked for',
    code: send(`{ «email: t», «phoneNumber: t», «firstName: t», emailId: t }`, 't: string'),
    options: { personal: true },
  },
];

const silent: readonly Case[] = [
  {
    name: 'flags, counters, identifiers and names',
    code: send(
      `{ passwordChanged: true, hasPassword: true, password: false, tokenCount: 3, tokenId: 'a', secretName: 'a', secretArn: 'a', token: 5, tokens: 3, passwordLength: 8 }`,
    ),
  },
  {
    name: 'tokens that open nothing',
    code: send(
      `{ nextPageToken: t, continuationToken: t, continuation_token: t, idempotencyToken: t, deviceToken: t, syncToken: t, fcmToken: t }`,
      't: string',
    ),
  },
  {
    name: 'what is encrypted, hashed or masked, by its name or where it stands',
    code: send(
      `{ encryptedToken: t, hashedPassword2: t, maskedApiKey: t, token: encrypt(t), password: await crypto.hash(t) }`,
      't: string',
      `declare function encrypt(text: string): string;\ndeclare const crypto: { hash(text: string): Promise<string> };`,
    ),
  },
  { name: 'words in the middle of others', code: send(`{ tokenize: 'a', secretary: 'a', cookieless: 'a' }`) },
  {
    name: 'one of a few constants',
    code: send(`{ token: t, credentials: t }`, `t: 'omit' | 'include'`),
  },
  {
    name: 'personal data, where nobody asks for it',
    code: send(`{ email: t, phone: t, firstName: t }`, 't: string'),
  },
  { name: 'names that are allowed', code: send(`{ token: t }`, 't: string'), options: { allow: ['token'] } },
  {
    name: 'a whole row is reported by another rule',
    code: send(
      `{ user }`,
      'user: User',
      `import { Entity, PrimaryColumn } from 'typeorm';\n@Entity()\nclass User {\n@PrimaryColumn()\nid!: number;\npassword!: string;\nname!: string;\n}`,
    ),
  },
  {
    name: 'what is overwritten or deleted before',
    code: `import { Queue } from 'bullmq';\nconst q = new Queue('a', { connection: {} });\nexport async function send(user: { id: number; password?: string }) {\ndelete user.password;\nawait q.add('a', { user });\nawait q.add('b', { ...user, password: undefined });\n}`,
  },
  {
    name: 'no dispatch: options, another class',
    code: `import { Queue } from 'bullmq';\nexport const q = new Queue('a', { connection: { password: 'x' } });\nnew Set().add({ password: 'x' });`,
  },
  { name: 'a URL or a text with a key in it', code: send(`{ url: t }`, 't: string') },
  {
    name: 'a cyclic type',
    code: send(`node`, 'node: Node', `interface Node {\nnext: Node;\nvalue: string;\n}`),
  },
];

const libraries: readonly Case[] = [
  {
    name: 'Bull',
    code: `import Bull from 'bull';\nexport const send = (token: string) => new Bull('a').add({ «token» });`,
  },
  {
    name: 'pg-boss',
    code: `import type PgBoss from 'pg-boss';\nexport const send = (boss: PgBoss, token: string) => boss.send('a', { «token» });`,
  },
  {
    name: 'graphile-worker',
    code: `import { quickAddJob } from 'graphile-worker';\nexport const send = (token: string) => quickAddJob({}, 'a', { «token» });`,
  },
  {
    name: 'amqplib, what JSON is made of',
    code: `import type { Channel } from 'amqplib';\nexport const send = (channel: Channel, token: string) => channel.sendToQueue('a', Buffer.from(JSON.stringify({ «token» })));`,
  },
  {
    name: 'SQS',
    code: `import { SendMessageCommand } from '@aws-sdk/client-sqs';\nexport const send = (token: string) => new SendMessageCommand({ QueueUrl: 'q', MessageBody: JSON.stringify({ «token» }) });`,
  },
  {
    name: 'Inngest',
    code: `import { Inngest } from 'inngest';\nconst inngest = new Inngest({ id: 'x' });\nexport const send = (token: string) => inngest.send({ name: 'a', data: { «token» } });`,
  },
  {
    name: 'Inngest, with its encryption',
    code: {
      'client.ts': `import { Inngest } from 'inngest';\ndeclare function encryptionMiddleware(options: object): never;\nexport const inngest = new Inngest({ id: 'x', middleware: [encryptionMiddleware({ key: 'k' })] });`,
      'app.ts': `import { inngest } from './client.js';\nexport const send = (token: string) => inngest.send({ name: 'a', data: { token } });`,
    },
  },
  {
    name: 'Sidequest, all arguments',
    code: `import { Job, Sidequest } from 'sidequest';\nclass Mail extends Job {\nasync run(of: object) {\nreturn of;\n}\n}\nexport const send = (token: string) => Sidequest.build(Mail).enqueue({ «token» });`,
  },
];

const untyped: readonly Case[] = [
  {
    name: 'by the name alone',
    code: {
      'app.js': `import { Queue } from 'bullmq';\nconst q = new Queue('a');\nexport const send = (password) => q.add('a', { «password», passwordChanged: true });`,
    },
    untyped: true,
  },
];

testRule('no-sensitive-payload', 'plain', { reported, silent, libraries, untyped });
