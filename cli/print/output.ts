/** What `-o` can ask for. */
export type OutputFormat = 'table' | 'wide' | 'name' | 'yaml' | 'json';

const FORMATS: readonly OutputFormat[] = ['json', 'name', 'wide', 'yaml'];

export type ParsedOutput =
  | { readonly ok: true; readonly format: OutputFormat }
  | { readonly ok: false; readonly error: string };

export function parseOutput(text: string | undefined): ParsedOutput {
  if (text === undefined || text === '') return { ok: true, format: 'table' };
  const format = FORMATS.find((candidate) => candidate === text);
  if (format !== undefined) return { ok: true, format };
  return {
    ok: false,
    error: `unable to match a printer suitable for the output format "${text}", allowed formats are: ${FORMATS.join(',')}`,
  };
}
