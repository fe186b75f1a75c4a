import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll } from 'vitest';

const repository = fileURLToPath(new URL('../', import.meta.url));

/** The client of fixtures/models/prisma-6, as a module specifier. */
export const prisma = `${repository}fixtures/models/prisma-6/src/generated/client/client.js`;

/** Writes the Prisma clients of the fixtures, once they are needed. */
export function withPrismaClients(): void {
  beforeAll(() => {
    execFileSync(process.execPath, [
      `${repository}node_modules/tsx/dist/cli.mjs`,
      `${repository}scripts/generate-prisma.ts`,
    ]);
  }, 180_000);
}
