import { z } from 'zod';
import { pluginProblems, unknownPlugin } from '../../../controllers/scheduling/configuration/check.ts';
import {
  CONFIGURATION_API_VERSION,
  CONFIGURATION_KIND,
  type KubeSchedulerConfiguration,
  PLUGIN_SET_NAMES,
  type PluginConfig,
  type PluginReference,
  type PluginSet,
  type PluginSets,
  type ProfileConfiguration,
} from '../../../controllers/scheduling/configuration/configuration.ts';
import { pluginNames } from '../../../controllers/scheduling/configuration/known-plugins.ts';
import { DEFAULT_SCHEDULER_NAME } from '../../../controllers/scheduling/plugins/default-plugins.ts';
import {
  anyObject,
  dnsSubdomain,
  forEditors,
  integer,
  listOf,
  readWith,
  strict,
  text,
  wanted,
} from './fields.ts';
import { ARGUMENT_SCHEMAS, ARGUMENTS_WITHOUT_EFFECT, isConfigurable } from './scheduler-plugin-args.ts';

/** A kube-scheduler's configuration file (https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/). */

/** Weights reach 2^31 in Kubernetes. Nobody needs more than this, and nodes are kept in order by their scores. */
const WEIGHT_MAX = 1000;

const reference = strict(
  { name: text(), weight: integer(0, WEIGHT_MAX).optional() },
  'a plugin: { name, weight }',
).transform(({ name, weight }): PluginReference => ({ name, ...(weight === undefined ? {} : { weight }) }));

const pluginSet = strict(
  {
    enabled: listOf(reference, 'a list of plugins').default([]),
    disabled: listOf(strict({ name: text(), weight: integer(0).optional() }), 'a list of plugins').default(
      [],
    ),
  },
  'plugins: { enabled, disabled }',
).transform(
  ({ enabled, disabled }): PluginSet => ({ enabled, disabled: disabled.map(({ name }) => ({ name })) }),
);

const pluginSets = strict(
  Object.fromEntries(PLUGIN_SET_NAMES.map((name) => [name, pluginSet.optional()])),
  'plugins by their extension point',
).transform((given, context): PluginSets => {
  const sets: Record<string, PluginSet> = {};
  for (const name of PLUGIN_SET_NAMES) {
    const set = given[name] as PluginSet | undefined;
    if (set !== undefined) sets[name] = set;
  }
  for (const { path, message } of pluginProblems(sets)) {
    context.issues.push({ code: 'custom', message, input: given, path: [...path] });
  }
  return sets;
});

const configForm = strict(
  { name: text(), args: anyObject.default({}) },
  'a plugin with its arguments: { name, args }',
);

/** `undefined` for arguments that have no effect here. */
const pluginConfig = forEditors(
  configForm,
  z.unknown().transform((value, context): PluginConfig | undefined => {
    const { name, args } = readWith<z.output<typeof configForm>>(configForm, value, context) ?? {};
    if (name === undefined || args === undefined) return z.NEVER;
    if (!pluginNames().includes(name)) {
      context.issues.push({ code: 'custom', message: unknownPlugin(name), input: name, path: ['name'] });
      return z.NEVER;
    }
    const schema = isConfigurable(name) ? ARGUMENT_SCHEMAS[name] : ARGUMENTS_WITHOUT_EFFECT[name];
    if (schema === undefined) {
      if (Object.keys(args).every((key) => key === 'apiVersion' || key === 'kind')) return undefined;
      const message = `"${name}" takes no arguments`;
      context.issues.push({ code: 'custom', message, input: args, path: ['args'] });
      return z.NEVER;
    }
    const parsed = schema.safeParse(args);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        context.issues.push({ ...(issue as z.core.$ZodRawIssue), path: ['args', ...issue.path] });
      }
      return z.NEVER;
    }
    // The schema was chosen by the name.
    return isConfigurable(name) ? ({ name, args: parsed.data } as PluginConfig) : undefined;
  }),
);

const profile = strict(
  {
    schedulerName: dnsSubdomain.default(DEFAULT_SCHEDULER_NAME),
    percentageOfNodesToScore: integer(0, 100).optional(),
    plugins: pluginSets.default({}),
    pluginConfig: listOf(pluginConfig, 'a list of plugins with their arguments').default([]),
  },
  'a profile: { schedulerName, plugins, pluginConfig }',
).transform(
  ({ percentageOfNodesToScore, pluginConfig: configs, ...given }, context): ProfileConfiguration => {
    configs.forEach((config, index) => {
      if (config === undefined || configs.findIndex((other) => other?.name === config.name) === index) return;
      const message = `"${config.name}" is there twice`;
      context.issues.push({ code: 'custom', message, input: config, path: ['pluginConfig', index, 'name'] });
    });
    return {
      ...given,
      pluginConfig: configs.filter((config) => config !== undefined),
      ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }),
    };
  },
);

const DEFAULT_PROFILE: ProfileConfiguration = {
  schedulerName: DEFAULT_SCHEDULER_NAME,
  plugins: {},
  pluginConfig: [],
};

const profiles = listOf(profile, 'a list of profiles')
  .superRefine((given, context) => {
    given.forEach(({ schedulerName }, index) => {
      if (given.findIndex((other) => other.schedulerName === schedulerName) === index) return;
      const message = `there is another profile for "${schedulerName}": a pod couldn't say which it wants`;
      context.addIssue({ code: 'custom', message, path: [index, 'schedulerName'] });
    });
  })
  .transform((given) => (given.length === 0 ? [DEFAULT_PROFILE] : given));

const noEffect = (what: z.ZodType) => what.optional().describe('Has no effect here.');
const any = z.unknown();

const clientConnection = strict({
  qps: z.number(wanted('a number')).optional(),
  burst: z.int(wanted('a whole number')).optional(),
  kubeconfig: noEffect(any),
  acceptContentTypes: noEffect(any),
  contentType: noEffect(any),
}).transform(({ qps, burst }) => ({
  // 0 stands for the component's default, as an absent one does.
  ...(qps === undefined || qps === 0 ? {} : { qps }),
  ...(burst === undefined || burst === 0 ? {} : { burst }),
}));

export const schedulerConfiguration = strict(
  {
    apiVersion: z.literal(CONFIGURATION_API_VERSION, wanted(CONFIGURATION_API_VERSION)),
    kind: z.literal(CONFIGURATION_KIND, wanted(CONFIGURATION_KIND)),
    percentageOfNodesToScore: integer(0, 100)
      .optional()
      .describe(
        "Share of the nodes that are looked at for a pod; 0 for Kubernetes' adaptive rule; all unless given.",
      ),
    podInitialBackoffSeconds: integer(1).optional(),
    podMaxBackoffSeconds: integer(1).optional(),
    clientConnection: clientConnection.optional(),
    profiles: profiles.default([DEFAULT_PROFILE]),
    extenders: z
      .array(z.never({ error: 'extenders are not modelled: leave them out' }), wanted('a list'))
      .optional(),
    pluginModules: listOf(text('a file'), 'a list of files')
      .optional()
      .describe(
        "wavetank's own: JavaScript files of plugins that profiles may name, looked for beside this one.",
      ),
    parallelism: noEffect(any),
    leaderElection: noEffect(any),
    enableProfiling: noEffect(any),
    enableContentionProfiling: noEffect(any),
    delayCacheUntilActive: noEffect(any),
    healthzBindAddress: noEffect(any),
    metricsBindAddress: noEffect(any),
  },
  'a KubeSchedulerConfiguration',
).transform((given, context): KubeSchedulerConfiguration => {
  const { percentageOfNodesToScore, podInitialBackoffSeconds, podMaxBackoffSeconds } = given;
  if ((podInitialBackoffSeconds ?? 1) > (podMaxBackoffSeconds ?? 10)) {
    const message = `is more than podMaxBackoffSeconds, which is ${podMaxBackoffSeconds ?? 10}`;
    const path = ['podInitialBackoffSeconds'];
    context.issues.push({ code: 'custom', message, input: podInitialBackoffSeconds, path });
  }
  const connection = given.clientConnection;
  return {
    apiVersion: given.apiVersion,
    kind: given.kind,
    ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }),
    ...(podInitialBackoffSeconds === undefined ? {} : { podInitialBackoffSeconds }),
    ...(podMaxBackoffSeconds === undefined ? {} : { podMaxBackoffSeconds }),
    ...(connection === undefined || Object.keys(connection).length === 0
      ? {}
      : { clientConnection: connection }),
    profiles: given.profiles,
    ...(given.pluginModules === undefined ? {} : { pluginModules: given.pluginModules }),
  };
});
