import { expect, test } from 'vitest';
import { ruleOf } from './built-in/rule-text.ts';
import { compacted, missingRules, ruleText } from './covers.ts';

const text = (rules: readonly string[]): ReturnType<typeof ruleOf>[] => rules.map(ruleOf);

test.each([
  ['the same', ['get - pods'], ['get - pods'], []],
  [
    'one verb more',
    ['get - pods'],
    ['get,list - pods'],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["list"]}'],
  ],
  ['verbs of several rules', ['get - pods', 'list - pods'], ['get,list - pods'], []],
  [
    'another group',
    ['get apps pods'],
    ['get - pods'],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
  ],
  ['stars', ['* * *'], ['get,x a b/c,d NAME'], []],
  [
    'a star is more than all',
    ['get - pods'],
    ['get - *'],
    ['{APIGroups:[""], Resources:["*"], Verbs:["get"]}'],
  ],
  ['a subresource of everything', ['get * */scale'], ['get apps deployments/scale'], []],
  [
    'a resource covers no subresource',
    ['get - pods'],
    ['get - pods/log'],
    ['{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}'],
  ],
  ['names out of all', ['get - pods'], ['get - pods a,b'], []],
  [
    'all are more than names',
    ['get - pods a'],
    ['get - pods'],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
  ],
  [
    'one name more',
    ['get - pods a'],
    ['get,list - pods a,b'],
    [
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["list"]}',
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get" "list"]}',
    ],
  ],
  ['paths', ['get /api/*'], ['get /api/v1,/api/*'], []],
  [
    'a path that is not under it',
    ['get /api/*'],
    ['get /apis'],
    ['{NonResourceURLs:["/apis"], Verbs:["get"]}'],
  ],
])('%s', (_name, owned, wanted, missing) => {
  const rules = compacted(missingRules(text(owned), text(wanted)));
  expect(rules.map(ruleText).sort()).toEqual(missing);
});
