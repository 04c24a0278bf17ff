import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const isWindows = process.platform === 'win32';

/** Runs a program with this terminal's input and output; resolves to its exit code. */
function runCommand(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', shell: isWindows, ...options });
    child.on('error', reject);
    // A program ended by a signal has no exit code; 1 says that it did not succeed.
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Runs a program that an installed package brought along. */
export function runTool(name, args, options) {
  // Relative to the root, where it runs: a shell would split a path with spaces.
  return runCommand(path.join('node_modules', '.bin', isWindows ? `${name}.cmd` : name), args, options);
}

/** Runs one of this project's own Node programs. */
export function runNode(args, options) {
  return runCommand(process.execPath, args, { shell: false, ...options });
}

export function runNpm(args, options) {
  return runCommand(isWindows ? 'npm.cmd' : 'npm', args, options);
}

/** Whether the file at `moduleUrl` is the program that was started, not imported by another. */
export function isMain(moduleUrl) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl);
}
