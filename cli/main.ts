#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { benchCommand } from './commands/bench.ts';
import { bisectCommand } from './commands/bisect.ts';
import { diffCommand } from './commands/diff.ts';
import { exportCommand } from './commands/export.ts';
import { fuzzCommand } from './commands/fuzz.ts';
import { importCommand } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { describeCommand, eventsCommand, getCommand } from './commands/read.ts';
import { replayCommand } from './commands/replay.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { serveCommand } from './commands/serve.ts';
import { shrinkCommand } from './commands/shrink.ts';
import { topCommand } from './commands/top.ts';
import { whyCommand } from './commands/why.ts';
import { EXIT, reportFailure } from './exit.ts';
import { watchStandardOutput } from './standard-output.ts';
import { VERSION } from './version.ts';

let exitCode: number = EXIT.fine;
watchStandardOutput(() => exitCode);
// What no command has caught is a defect too.
process.on('uncaughtException', (error) => process.exit(reportFailure(error)));

/** A command's own code, or what its failure comes to. */
async function finish(command: () => number | Promise<number>): Promise<void> {
  try {
    exitCode = await command();
  } catch (error) {
    exitCode = reportFailure(error);
  }
}

function collected(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

function separated(value: string): readonly string[] {
  return value.split(',');
}

const program = new Command('wavetank')
  .description('Kubernetes, whole, in one deterministic program: the same storm, every time.')
  .version(VERSION)
  .exitOverride()
  .showHelpAfterError('(wavetank --help shows every command)')
  .configureHelp({ sortSubcommands: false });

program
  .command('run')
  .description('run a scenario, or plain manifests on a default cluster')
  .argument('<path...>', 'a scenario, or files and folders of manifests')
  .option('--seed <n>', 'seed of every draw')
  .option('--for <duration>', 'virtual time to run: 30m')
  .option('--nodes <n>', 'nodes of the cluster')
  .option('--set <path=value>', 'change the scenario: spec.cluster.nodeGroups[0].count=5', collected)
  .option('--until-settled', 'stop when the cluster has come to rest')
  .option('--no-invariants', 'do not check what must hold in every run')
  .option('--controller <module>', 'add or replace a controller: an ES module of your own', collected)
  .option('--out <file>', 'write the log, for get, why, replay and diff; .gz compresses it')
  .option('--report <file>', 'write a report of the run: one HTML file')
  .option('--json', 'print one JSON object')
  .action((paths: string[], options) => finish(() => runCommand(paths, options)));

/** Options of every command that reads a log as kubectl reads a cluster. */
function readsLog(command: Command): Command {
  return command
    .requiredOption('--log <file>', 'the log that run --out wrote')
    .option('--at <time>', 'when: 5m30s since the start, a date, or rv:1234; the end unless given')
    .option('-n, --namespace <name>', 'namespace', 'default')
    .option('-A, --all-namespaces', 'all namespaces');
}

readsLog(program.command('get'))
  .description('list objects, in the columns of kubectl')
  .argument('<resource...>', 'pods, deploy/web, all, pods,services')
  .option('-l, --selector <labels>', 'only those with the labels: app=web,tier!=db')
  .option('-o, --output <format>', 'wide, yaml, json or name')
  .option('--show-labels', 'labels as the last column')
  .option('--no-headers', 'no line of headers')
  .option('--sort-by <path>', 'order by a field: .metadata.name')
  .action((words: string[], options) =>
    finish(() => getCommand(words, { ...options, noHeaders: options.headers === false })),
  );

readsLog(program.command('describe'))
  .description('tell about objects at length')
  .argument('<resource...>', 'pod/web, deployments')
  .option('-l, --selector <labels>', 'only those with the labels')
  .action((words: string[], options) => finish(() => describeCommand(words, options)));

readsLog(program.command('events'))
  .description("the cluster's Event objects, by time")
  .option('--for <object>', 'only those about KIND/NAME')
  .option('--types <list>', 'Normal, Warning or both', separated)
  .option('--no-headers', 'no line of headers')
  .action((options) => finish(() => eventsCommand({ ...options, noHeaders: options.headers === false })));

readsLog(program.command('top'))
  .description('what pods or nodes used, as kubectl top')
  .argument('<pods|nodes>', 'pods or nodes, and a name where one is meant')
  .argument('[name]')
  .option('-l, --selector <labels>', 'only those with the labels')
  .option('--containers', 'a line for each container')
  .option('--sort-by <field>', 'cpu or memory: the most first')
  .option('--no-headers', 'no line of headers')
  .action((kind: string, name: string | undefined, options) =>
    finish(() =>
      topCommand(name === undefined ? [kind] : [kind, name], {
        ...options,
        noHeaders: options.headers === false,
      }),
    ),
  );

program
  .command('why')
  .description("the chain of causes of an object's state, or of its absence")
  .argument('<object>', 'pod/web-1, deployment/web')
  .requiredOption('--log <file>', 'the log that run --out wrote')
  .option('--at <time>', 'when: 5m30s since the start, a date, or rv:1234; the end unless given')
  .option('-n, --namespace <name>', 'namespace', 'default')
  .option('--json', 'print one JSON object')
  .action((target: string, options) => finish(() => whyCommand(target, options)));

program
  .command('report')
  .description('one HTML file that shows a run: timeline, charts, map, and the causes of everything')
  .argument('<file>', 'the log that run --out wrote')
  .option('--out <file>', 'where; beside the log unless given')
  .option('--title <text>', 'the title; the name of the scenario unless given')
  .action((file: string, options) => finish(() => reportCommand(file, options)));

program
  .command('replay')
  .description('run a log again from its stimuli')
  .argument('<file>', 'the log of a run')
  .option('--verify', 'compare with the log, event by event')
  .option('--with <file>', 'a change, or manifests: what would have been, and what differs')
  .option('--controller <module>', 'as when the log was made', collected)
  .option('--plugin <module>', "of the log's scheduler, where it is not beside the log", collected)
  .option('--seeds <n>', 'with --with: compare under this many seeds, with intervals')
  .option('--out <file>', 'write the log of the re-execution')
  .option('--json', 'print one JSON object')
  .action((file: string, options) => finish(() => replayCommand(file, options)));

program
  .command('diff')
  .description('what differs between two logs, or two moments of one')
  .argument('<a>', 'a log, or LOG@TIME')
  .argument('<b>', 'a log, or LOG@TIME')
  .option('--json', 'print one JSON object')
  .action((a: string, b: string, options) => finish(() => diffCommand(a, b, options)));

program
  .command('serve')
  .description(
    'an API server for kubectl, on loopback: a cluster that lives in virtual time, or a recorded one',
  )
  .argument('[path...]', 'a scenario, manifests, or the log of a run (read-only)')
  .option('--port <n>', 'port; 0 for any that is free', '0')
  .option('--speed <x>', 'virtual seconds for each real one: 1, 10, max', '1')
  .option('--seed <n>', 'seed of every draw')
  .option('--nodes <n>', 'nodes of the cluster')
  .option('--record <file>', 'write the log of the session')
  .option('--kubeconfig <file>', 'where the kubeconfig goes; it is there when the server answers')
  .option(
    '--webhook-service <namespace/name=url>',
    'where the service of an admission webhook is for real, or =allow to allow everything (may be repeated; * is every other one)',
    (service: string, services: readonly string[]) => [...services, service],
    [],
  )
  .option(
    '--start <time>',
    'what the clock shows at the start: now (as it is at --speed 1), scenario (as it is else), or a time',
  )
  .option(
    '--at <time>',
    'of a log: a moment that is shown, with a context of its own (may be repeated); its end unless given',
    (time: string, times: readonly string[]) => [...times, time],
    [],
  )
  .action((paths: string[], options) => finish(() => serveCommand(paths, options)));

program
  .command('bench')
  .description('compare scheduler policies on workloads, seed by seed')
  .argument('[file]', 'a PolicyBenchmark: policies, workloads, seeds')
  .option(
    '--policy <file>',
    'without a file: a KubeSchedulerConfiguration; the first is what others are compared with',
    collected,
  )
  .option('--trace <folder>', 'the openb trace to run; with a file: where its openb workloads find theirs')
  .option('--scenario <file>', 'without a file: the scenario to run')
  .option('--arrival <how>', 'of the trace: inflation, shuffled or recorded')
  .option('--load <share>', 'of inflation: until tasks ask for this much of the cluster')
  .option('--seeds <n>', 'runs of each policy and workload')
  .option('--workers <n>', 'threads; all cores unless given')
  .option('--json', 'print one JSON object')
  .option('--csv <file>', 'write every value of every run')
  .option('--out <file>', 'write the JSON object')
  .option('--log <file>', 'instead: run one as a whole simulation, and write its log')
  .option('--of <run>', 'which one --log runs: WORKLOAD/POLICY/SEED; the first unless given')
  .action((file: string | undefined, options) => finish(() => benchCommand(file, options)));

program
  .command('bisect')
  .description('the first record after which a condition holds, or an invariant is broken, and why')
  .argument('<log>', 'the log of a run')
  .option('--when <expression>', 'a condition, as in the expectations of a scenario')
  .option('--not', 'where the condition ceases to hold, having held')
  .option('--after <time>', 'only a change from this time on counts')
  .option('--invariant <name>', 'an invariant, by its name')
  .option('--json', 'print one JSON object')
  .action((log: string, options) => finish(() => bisectCommand(log, options)));

program
  .command('import')
  .description('make a scenario of what a real cluster left behind')
  .argument('<file...>', 'audit logs (JSON lines), and dumps (kubectl get -A -o yaml)')
  .option('--out <folder>', 'where the scenario goes', 'imported')
  .option('--name <name>', 'name of the scenario; that of the folder unless given')
  .option('--settle <duration>', 'time for the state of the dump to come up before the first request: 2m')
  .option('--json', 'print one JSON object')
  .action((files: string[], options) => finish(() => importCommand(files, options)));

program
  .command('export')
  .description('write what a real cluster would have left behind of a run')
  .argument('<log>', 'the log of a run')
  .option('--audit <file>', 'an audit log, in JSON lines')
  .option('--dump <file>', 'the state as kubectl get -A -o yaml (or json) shows it')
  .option('--at <time>', 'when: the dump is of this time, and the audit log begins there')
  .action((log: string, options) => finish(() => exportCommand(log, options)));

program
  .command('fuzz')
  .description('run generated scenarios, and shrink what breaks an invariant')
  .argument('[path]', 'a scenario or manifests: the cluster and objects are kept, the timeline is generated')
  .option('--runs <n>', 'how many runs; 1000 unless --time is given')
  .option('--time <duration>', 'stop after this much real time: 60s')
  .option('--seed <n>', 'the first seed; the others follow')
  .option('--workers <n>', 'threads; as many as there are cores unless given')
  .option(
    '--out <dir>',
    'keep the campaign and its failures there; the same command goes on where it stopped',
  )
  .option('--mutant <name>', "with a known defect of Kubernetes' past, to see it found", collected)
  .option('--invariant <name>', 'check only this one', collected)
  .option('--controller <module>', 'add or replace a controller: an ES module of your own', collected)
  .option('--json', 'print one JSON object')
  .action((path: string | undefined, options) => finish(() => fuzzCommand(path, options)));

program
  .command('shrink')
  .description('make a failing scenario as small as it goes')
  .argument('<file>', 'a scenario that breaks an invariant or fails an expectation')
  .option(
    '--invariant <name>',
    'the invariant or expectation to keep failing; the first that fails unless given',
  )
  .option('--out <file>', 'write the scenario there')
  .option('--attempts <n>', 'give up after so many runs')
  .option('--controller <module>', 'add or replace a controller: an ES module of your own', collected)
  .option('--json', 'print one JSON object')
  .action((file: string, options) => finish(() => shrinkCommand(file, options)));

program
  .command('init')
  .description('write a commented first scenario')
  .argument('[file]', 'where', 'scenario.yaml')
  .action((file: string) => finish(() => initCommand(file)));

for (const command of program.commands) {
  command.showHelpAfterError(`(wavetank ${command.name()} --help shows its arguments and options)`);
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and version that were asked for are fine; everything else that commander refuses is bad usage.
  exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.badInput;
}
process.exitCode = exitCode;
