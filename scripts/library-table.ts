import type { Matcher } from '../src/libraries/define.js';
import { serializers } from '../src/libraries/serializers.js';
import { type Library, Vocabulary } from '../src/libraries/vocabulary.js';

/** The README's table of what each built-in library means to the plugin, from the definitions themselves. */
export function libraryTable(): string {
  const head = [
    'library',
    'packages',
    'dispatches',
    'handlers',
    'runs by default',
    'backoff by default',
    'time limit',
    'acknowledgement',
    'payload',
    'evidence',
  ];
  const rows = new Vocabulary(undefined, '').libraries.map(rowOf);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function rowOf(library: Library): readonly string[] {
  const { attempts, backoff, timeLimit, acknowledgement, serializer = 'json', evidence = [] } = library;
  return [
    library.name,
    list((library.packages ?? []).map(code)),
    list((library.dispatches ?? []).map(siteText)) || inherited(library),
    list((library.handlers ?? []).map(siteText)) || inherited(library),
    attempts ? withOption(String(attempts.default), attempts.option) : 'not its matter',
    backoff ? withOption(backoff.default, backoff.option) : 'not its matter',
    timeLimit ? withOption(limitText(timeLimit.default), timeLimit.option) : 'not its matter',
    acknowledgement ? withOption(acknowledgement.default, acknowledgement.option) : 'not its matter',
    serializers[serializer].label,
    list(evidence.map((file) => `[${file.replace(/^.*\/|\.test\.ts$/g, '')}](${file})`)),
  ];
}

function siteText(site: Matcher): string {
  if (site.method !== undefined) return code(site.method);
  if (site.construct !== undefined) return code(`new ${site.construct}`);
  if (site.call !== undefined) return code(`${site.call}()`);
  if (site.decorator !== undefined) return code(`@${site.decorator}`);
  if (site.extends !== undefined) return code(`extends ${site.extends}`);
  if (site.directive !== undefined) return code(`'${site.directive}'`);
  return site.typed === undefined ? `parameter ${code(site.takes ?? '')}` : `type ${code(site.typed)}`;
}

function inherited({ extends: base }: Library): string {
  return base === undefined ? 'none' : `as ${base}`;
}

function withOption(text: string, option: string | undefined): string {
  return option === undefined ? text : `${text} (${code(option)})`;
}

function limitText(limit: number | 'none'): string {
  return limit === 'none' ? limit : `${String(limit)} ms`;
}

function list(items: readonly string[]): string {
  return [...new Set(items)].join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}
