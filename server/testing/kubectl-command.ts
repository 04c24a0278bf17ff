/**
 * What of kubectl works against the server: each command, run in this order against one cluster, with what it prints
 * and how it ends. In what it prints, `…` stands for any text. The table in docs/kubectl.md is made of this.
 */
export interface KubectlCommand {
  /** A line for the shell. */
  readonly run: string;
  readonly prints: string;
  /** Of the exit; 0 unless said. */
  readonly code?: number;
  /** Refused with a message that says why, or not there yet; it works unless said. */
  readonly state?: 'refused' | 'not yet';
  /** What prepares the next ones, and is no command to list. */
  readonly isPreparation?: boolean;
}

export interface KubectlSection {
  readonly title: string;
  readonly commands: readonly KubectlCommand[];
}

export function works(run: string, prints: string, more: Partial<KubectlCommand> = {}): KubectlCommand {
  return { run, prints, ...more };
}

export function refused(run: string, prints: string): KubectlCommand {
  return { run, prints, code: 1, state: 'refused' };
}

export function file(name: string, text: string): KubectlCommand {
  return { run: `cat > ${name} <<'END'\n${text}END`, prints: '', isPreparation: true };
}
