import { createRule } from '../src/rule.js';
import type { BrokerSite } from '../src/libraries/define.js';
import { isTestFile } from '../src/tasks/aside.js';
import { alternatives, type Lazy } from '../src/typescript/value.js';

export default createRule({
  name: 'no-relational-broker',
  description: 'disallow a relational database as the broker of tasks',
  presets: { checklist: {} },
  checklist: [1],
  type: 'suggestion',
  defaults: {},
  options: {},
  messages: {
    relational:
      '{{library}} keeps its tasks in {{database}} here: workers poll and lock the tables of the application, and both slow down when tasks pile up. Use Redis or RabbitMQ as the broker.',
  },
  check({ project, file, report, isHere }) {
    if (isTestFile(file, project.vocabulary.folder)) return;
    for (const match of project.sitesIn(file, 'broker')) {
      const { library, site } = match.site;
      const address = project.locate(match, site.address);
      const database = site.database ?? databaseAt(site, address);
      if (database === undefined) continue;
      report({
        at: address && isHere(address.node) ? address.node : match.name,
        messageId: 'relational',
        data: { library: library.base, database },
      });
    }
  },
});

/** The relational database that an address certainly leads to, whichever of its values it has. */
function databaseAt({ addresses = {} }: BrokerSite, address: Lazy | undefined): string | undefined {
  if (!address) return undefined;
  const found = alternatives(address.value).map((value) => {
    const text = value.kind === 'constant' && typeof value.value === 'string' ? value.value : '';
    return Object.entries(addresses).find(([start]) => text.startsWith(start))?.[1];
  });
  return found.every((each) => each !== undefined) ? found[0] : undefined;
}
