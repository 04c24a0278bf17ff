import type { PolicyRule } from '../../schema/types.generated.ts';

/**
 * A rule in a line: its verbs, its groups and its resources, each with commas between, and perhaps names of objects.
 * `-` stands for the group without a name. A rule of paths has the paths alone after its verbs.
 */

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
/** Words for the verbs that mostly come together. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  read: READ,
  write: WRITE,
  all: [...READ, ...WRITE],
};

/** Verbs, groups and resources of a built-in rule are in order (kubernetes `rbacv1helpers.RuleOrDie`). */
function words(text: string): readonly string[] {
  return text.split(',').sort();
}

export function ruleOf(text: string): PolicyRule {
  const [verbText = '', groups = '', resources, names] = text.split(' ');
  const verbs = [...new Set(words(verbText).flatMap((verb) => VERBS[verb] ?? [verb]))].sort();
  if (resources === undefined) return { verbs, nonResourceURLs: words(groups) };
  return {
    verbs,
    apiGroups: words(groups).map((group) => (group === '-' ? '' : group)),
    resources: words(resources),
    ...(names === undefined ? {} : { resourceNames: words(names) }),
  };
}

/** What every component may do that writes Events. */
export const EVENTS = 'create,patch,update -,events.k8s.io events';
