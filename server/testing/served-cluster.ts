import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built program, serving a cluster of its own for a test, with a folder of its own to work in. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const program = path.join(root, 'dist', 'cli', 'main.js');

/** How long a server may take to come up on a busy machine. */
const START_MS = 60_000;
const POLL_MS = 50;
const COMMAND_MS = 120_000;

export interface Ran {
  readonly code: number;
  /** Both streams, in the order of the shell. */
  readonly output: string;
}

export interface ServedCluster {
  readonly folder: string;
  readonly kubeconfig: string;
  /** A line for the shell, in the folder, with kubectl set to the cluster. */
  run(line: string, env?: Readonly<Record<string, string>>): Ran;
  /** The same while the test's own process goes on: for tests that answer the server themselves. */
  runBeside(line: string): Promise<Ran>;
  /** The server ends in its own way; its exit code. */
  end(): Promise<number | null>;
}

function isOnPath(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

/** A real kubectl, and the built program to talk to. */
export const canServe = existsSync(program) && process.platform !== 'win32';
export const hasKubectl = canServe && isOnPath('kubectl');

async function until(isThere: () => boolean, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!isThere()) {
    if (child.exitCode !== null) throw new Error(`wavetank serve ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error('wavetank serve did not come up');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export async function serveCluster(...args: readonly string[]): Promise<ServedCluster> {
  const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-serve-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  const child = spawn(
    process.execPath,
    [program, 'serve', ...args, '--port', '0', '--kubeconfig', kubeconfig],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  await until(() => existsSync(kubeconfig), child);
  return {
    folder,
    kubeconfig,
    run: (line, env = {}) => {
      const { status, stdout } = spawnSync('sh', ['-c', `{ ${line}\n} 2>&1`], {
        cwd: folder,
        env: { PATH: process.env.PATH ?? '', HOME: folder, KUBECONFIG: kubeconfig, ...env },
        encoding: 'utf8',
        timeout: COMMAND_MS,
      });
      return { code: status ?? -1, output: stdout };
    },
    runBeside: (line) =>
      new Promise((resolve) => {
        const shell = spawn('sh', ['-c', `{ ${line}\n} 2>&1`], {
          cwd: folder,
          env: { PATH: process.env.PATH ?? '', HOME: folder, KUBECONFIG: kubeconfig },
          timeout: COMMAND_MS,
        });
        let output = '';
        shell.stdout.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
        shell.on('close', (code) => resolve({ code: code ?? -1, output }));
      }),
    end: async () => {
      child.kill('SIGTERM');
      const code = await ended;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** Run the program itself, to its end. */
export function runProgram(...args: readonly string[]): string {
  return execFileSync(process.execPath, [program, ...args], { encoding: 'utf8' });
}

export function contentOf(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

export function pathOf(file: string): string {
  return path.join(root, file);
}
