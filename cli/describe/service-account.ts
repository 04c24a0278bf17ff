import type { ServiceAccount } from '../../core/schema/types.generated.ts';
import { DescribeText } from './describe-text.ts';
import type { DescribeContext } from './describer.ts';
import { describeEvents } from './events-table.ts';

const PULL_SECRETS = 'Image pull secrets:';

export function describeServiceAccount(account: ServiceAccount, context: DescribeContext): string {
  const { metadata, imagePullSecrets = [] } = account;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  if (imagePullSecrets.length === 0) text.line(0, PULL_SECRETS, '<none>');
  for (const [index, { name }] of imagePullSecrets.entries()) {
    text.line(0, index === 0 ? PULL_SECRETS : ' '.repeat(PULL_SECRETS.length), name ?? '');
  }
  describeEvents(text, account, context);
  return text.toString();
}
