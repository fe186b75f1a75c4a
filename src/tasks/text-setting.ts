import type ts from 'typescript';
import { nameOfFunction } from '../typescript/follow.js';
import { alternatives, openOf, type Lazy } from '../typescript/value.js';
import type { Setting } from './model.js';
import { combine } from './policy.js';

/**
 * What a place says that holds a text, such as a queue's name.
 *
 * @param otherwise what holds where nothing stands there.
 */
export function textSetting(place: Lazy | undefined, node: ts.Node, otherwise?: string): Setting<string> {
  if (!place)
    return otherwise === undefined
      ? { state: 'unknown', why: 'it is not given', at: node }
      : { state: 'stated', values: [otherwise], at: node };
  const { value: whole } = place;
  return combine(
    alternatives(whole).map((value): Setting<string> => {
      // A function or class that is named stands for its name.
      const name =
        value.kind === 'function'
          ? nameOfFunction(value.node)
          : value.kind === 'class'
            ? value.node.name?.text
            : undefined;
      if (name !== undefined) return { state: 'stated', values: [name], at: place.node };
      // What comes through a parameter stands where it is passed.
      if (value.kind === 'constant')
        return {
          state: 'stated',
          values: [String(value.value)],
          at: value.given ? value.node : place.node,
        };
      return {
        state: 'unknown',
        why: value.kind === 'unknown' ? value.why : 'it is not constant',
        at: value.node,
        open: openOf(value),
      };
    }),
    openOf(whole),
  );
}
