import { describe, expect, test } from 'vitest';
import type { RestAnswer, RestRequest } from '../../../rest/request.ts';
import { serveWriteRequest, tryWebhooks } from '../../../rest/rest.ts';
import { at, type RestCluster, restCluster } from '../../../rest/testing/rest-cluster.ts';
import { DEFAULT_START, SECOND } from '../../../time.ts';
import type { WebhookAnswer, WebhookCall, WebhookResponse } from './port.ts';

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';

interface Webhook {
  readonly name: string;
  readonly [field: string]: unknown;
}

function configure(
  world: RestCluster,
  type: 'mutating' | 'validating',
  name: string,
  ...webhooks: readonly Webhook[]
): RestAnswer {
  return world.send('POST', `${CONFIGURATIONS}/${type}webhookconfigurations`, {
    metadata: { name },
    webhooks: webhooks.map(({ name: own, ...more }) => ({
      name: `${own}.example.com`,
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: { url: 'https://example.com' },
      rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }],
      ...more,
    })),
  });
}

type Answer = (call: WebhookCall) => Omit<WebhookAnswer, 'digest' | 'webhook'>;

/** A write with its webhooks asked, as a server does it; and the names of those that were asked, in order. */
function ask(
  world: RestCluster,
  answer: Answer,
  method: RestRequest['method'],
  path: string,
  body?: unknown,
): {
  readonly answer: RestAnswer;
  readonly asked: readonly string[];
  readonly calls: readonly WebhookCall[];
} {
  const calls: WebhookCall[] = [];
  let webhooks: readonly WebhookAnswer[] = [];
  const { server } = world;
  const context = { now: DEFAULT_START + 900 * SECOND, actor: 'client/me', cause: 0 };
  const request: RestRequest = {
    method,
    path,
    query: {},
    user: 'me',
    groups: ['system:masters'],
    ...(body === undefined ? {} : { body }),
  };
  for (;;) {
    const { unasked = [] } = tryWebhooks({ ...request, webhooks }, server, context) ?? {};
    if (unasked.length === 0) break;
    calls.push(...unasked);
    const answers = unasked.map((call) => ({
      digest: call.digest,
      webhook: call.webhook,
      ...answer(call),
    }));
    webhooks = [...webhooks, ...answers];
  }
  // What is asked takes no number, and the request itself one.
  server.journal.stimulus(context.now, 0, context.actor, { op: 'request' });
  const asked = calls.map(({ webhook }) => webhook.replace('.example.com', ''));
  return { answer: serveWriteRequest({ ...request, webhooks }, server, context), asked, calls };
}

const allow: Answer = () => ({ response: { allowed: true } });

function objectIn({ review }: WebhookCall): { metadata: { labels?: Record<string, string> } } {
  return review.object as { metadata: { labels?: Record<string, string> } };
}

function label(call: WebhookCall, name: string, value: string): WebhookResponse {
  const labels = { ...objectIn(call).metadata.labels, [name]: value };
  return { allowed: true, patch: [{ op: 'add', path: '/metadata/labels', value: labels }] };
}

describe('admission webhooks', () => {
  test('each sees what the ones before made of the object; who asked to is called again after a change', () => {
    const world = restCluster();
    const again = { reinvocationPolicy: 'IfNeeded' };
    configure(world, 'mutating', 'b', { name: 'late' });
    configure(
      world,
      'mutating',
      'a',
      { name: 'first', ...again },
      { name: 'once' },
      { name: 'last', ...again },
    );
    const answer: Answer = (call) => {
      const { labels = {} } = objectIn(call).metadata;
      if (call.webhook.startsWith('once')) return { response: label(call, 'once', 'x') };
      if (call.webhook.startsWith('first'))
        return { response: label(call, 'seen', labels.once ?? 'nothing') };
      return { response: { allowed: true } };
    };
    const made = ask(world, answer, 'POST', MAPS, { metadata: { name: 'm' } });
    expect(made.asked).toEqual(['first', 'once', 'last', 'late', 'first']);
    expect([made.answer.code, at(made.answer, 'metadata', 'labels')]).toEqual([
      201,
      { seen: 'x', once: 'x' },
    ]);
  });

  test('a patch that fits nothing, or leaves no object, is an error of the server', () => {
    const world = restCluster();
    configure(world, 'mutating', 'a', { name: 'bad' });
    const patch = [{ op: 'remove', path: '/metadata/nothing' }];
    const made = ask(world, () => ({ response: { allowed: true, patch } }), 'POST', MAPS, {
      metadata: { name: 'm' },
    });
    expect([made.answer.code, at(made.answer, 'message')]).toEqual([
      500,
      expect.stringMatching(/^Internal error occurred: /),
    ]);
    const other = [{ op: 'replace', path: '/kind', value: 'Secret' }];
    const wrong = ask(world, () => ({ response: { allowed: true, patch: other } }), 'POST', MAPS, {
      metadata: { name: 'm' },
    });
    expect(wrong.answer.code).toBe(500);
    const space = [{ op: 'replace', path: '/metadata/namespace', value: 'x' }];
    const moved = ask(world, () => ({ response: { allowed: true, patch: space } }), 'POST', MAPS, {
      metadata: { name: 'm' },
    });
    expect(moved.answer.code).toBe(400);
  });

  test.each([
    [{ op: 'add', path: '/metadata/__proto__', value: { polluted: 'yes' } }],
    [{ op: 'add', path: '/__proto__/polluted', value: 'yes' }],
    [{ op: 'add', path: '/data', value: 7 }],
    [{ op: 'replace', path: '', value: null }],
    ['no operation'],
    [null],
  ])('a hostile patch is refused or harmless: %j', (operation) => {
    const world = restCluster();
    configure(world, 'mutating', 'a', { name: 'bad' });
    const answer: Answer = () => ({ response: { allowed: true, patch: [operation] } });
    const { code } = ask(world, answer, 'POST', MAPS, { metadata: { name: 'm' } }).answer;
    expect(code).toBe(500);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('what a patch makes of the object is validated', () => {
    const world = restCluster();
    configure(world, 'mutating', 'a', { name: 'bad' });
    const patch = [{ op: 'add', path: '/metadata/labels', value: { 'not ok!': 'x' } }];
    const made = ask(world, () => ({ response: { allowed: true, patch } }), 'POST', MAPS, {
      metadata: { name: 'm' },
    });
    expect(made.answer.code).toBe(422);
  });

  test('denials keep their code and their reason; of several the first counts, and all are asked', () => {
    const world = restCluster();
    configure(world, 'validating', 'a', { name: 'one' }, { name: 'two' });
    const answer: Answer = ({ webhook }) => ({
      response: webhook.startsWith('one')
        ? { allowed: false, status: { reason: 'Teapot', code: 418 } }
        : { allowed: false, warnings: ['mind'] },
    });
    const made = ask(world, answer, 'POST', MAPS, { metadata: { name: 'm' } });
    expect(made.asked).toEqual(['one', 'two']);
    expect(made.answer).toMatchObject({
      code: 418,
      body: { message: 'admission webhook "one.example.com" denied the request: Teapot', reason: 'Teapot' },
      warnings: ['mind'],
    });
    expect(world.send('GET', `${MAPS}/m`).code).toBe(404);
  });

  test('rules: operation, scope, subresource, and the version that a webhook knows', () => {
    const world = restCluster();
    const rule = (
      apiGroups: string,
      apiVersions: string,
      operations: string,
      resources: string,
      scope = '*',
    ): object => ({
      rules: [
        {
          apiGroups: [apiGroups],
          apiVersions: [apiVersions],
          operations: [operations],
          resources: [resources],
          scope,
        },
      ],
    });
    configure(
      world,
      'validating',
      'a',
      { name: 'creations', ...rule('', 'v1', 'CREATE', 'configmaps') },
      { name: 'deletions', ...rule('', '*', 'DELETE', '*') },
      { name: 'cluster', ...rule('*', '*', '*', '*', 'Cluster') },
      { name: 'status', ...rule('*', '*', '*', 'deployments/status') },
      { name: 'old', ...rule('autoscaling', 'v1', '*', 'horizontalpodautoscalers') },
      { name: 'exact', ...rule('autoscaling', 'v1', '*', 'horizontalpodautoscalers'), matchPolicy: 'Exact' },
    );
    const asked = (...request: [RestRequest['method'], string, unknown?]): readonly string[] =>
      ask(world, allow, ...request).asked;
    expect(asked('POST', MAPS, { metadata: { name: 'm' } })).toEqual(['creations']);
    expect(asked('DELETE', `${MAPS}/m`)).toEqual(['deletions']);
    expect(asked('POST', '/api/v1/namespaces', { metadata: { name: 'n' } })).toEqual(['cluster']);
    // What decides on admission is never sent to webhooks.
    expect(asked('DELETE', `${CONFIGURATIONS}/mutatingwebhookconfigurations/none`)).toEqual([]);
    const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
    const made = ask(world, allow, 'POST', path, {
      metadata: { name: 'h' },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 3 },
    });
    expect(made.asked).toEqual(['old']);
    expect(made.calls[0]?.review).toMatchObject({
      kind: { version: 'v1' },
      requestKind: { version: 'v2' },
      object: { apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 80 } },
    });
  });

  test('selectors: of the namespace, of the object before and after, and conditions', () => {
    const world = restCluster();
    const only = (key: string): object => ({ matchLabels: { [key]: 'yes' } });
    configure(
      world,
      'validating',
      'a',
      { name: 'space', namespaceSelector: only('checked') },
      { name: 'object', objectSelector: only('mine') },
      {
        name: 'condition',
        matchConditions: [
          { name: 'data', expression: "has(object.data) && object.data.a == 'b'" },
          {
            name: 'user',
            expression:
              "request.userInfo.username == 'me' && authorizer.group('').resource('pods').check('get').allowed()",
          },
        ],
      },
      {
        name: 'broken',
        matchConditions: [{ name: 'x', expression: 'object.nothing == 1' }],
        failurePolicy: 'Ignore',
      },
    );
    const asked = (...request: [RestRequest['method'], string, unknown?]): readonly string[] =>
      ask(world, allow, ...request).asked;
    expect(asked('POST', MAPS, { metadata: { name: 'm', labels: { mine: 'yes' } } })).toEqual(['object']);
    expect(asked('PUT', `${MAPS}/m`, { metadata: { name: 'm' }, data: { a: 'b' } })).toEqual([
      'object',
      'condition',
    ]);
    expect(
      asked('POST', '/api/v1/namespaces', { metadata: { name: 'n', labels: { checked: 'yes' } } }),
    ).toEqual(['space']);
    expect(asked('POST', '/api/v1/namespaces/n/configmaps', { metadata: { name: 'm' } })).toEqual(['space']);
  });

  test('a condition that fails refuses, where the webhook would have to be asked', () => {
    const world = restCluster();
    configure(world, 'validating', 'a', {
      name: 'broken',
      matchConditions: [{ name: 'x', expression: 'object.nothing == 1' }],
    });
    const made = ask(world, allow, 'POST', MAPS, { metadata: { name: 'm' } });
    expect([made.answer.code, at(made.answer, 'message')]).toEqual([
      403,
      'configmaps "m" is forbidden: expression \'object.nothing == 1\' resulted in error: no such key: nothing',
    ]);
    const wrong = configure(world, 'validating', 'b', {
      name: 'w',
      matchConditions: [
        { name: 'x', expression: '1 +' },
        { name: 'x', expression: '1' },
      ],
    });
    expect(wrong.code).toBe(422);
    expect(String(at(wrong, 'message'))).toContain(
      'webhooks[0].matchConditions[1].expression: Invalid value: "1": must evaluate to bool',
    );
  });

  test('who could not be asked refuses, or is passed over; nobody is asked when a record replays', () => {
    const world = restCluster();
    configure(world, 'validating', 'a', { name: 'hard' }, { name: 'soft', failurePolicy: 'Ignore' });
    const failing =
      (name: string): Answer =>
      ({ webhook }) =>
        webhook.startsWith(name) ? { failure: 'gone' } : { response: { allowed: true } };
    expect(ask(world, failing('soft'), 'POST', MAPS, { metadata: { name: 'm' } }).answer.code).toBe(201);
    const refused = ask(world, failing('hard'), 'POST', MAPS, { metadata: { name: 'n' } }).answer;
    expect(at(refused, 'message')).toBe(
      'Internal error occurred: failed calling webhook "hard.example.com": gone',
    );
    const unasked = world.send('POST', MAPS, { metadata: { name: 'o' } }, { webhooks: [] });
    expect(at(unasked, 'message')).toContain('it was not asked when this was recorded');
    // A component of the cluster is let through.
    expect(world.send('POST', MAPS, { metadata: { name: 'p' } }).code).toBe(201);
  });

  test('evictions are asked about as what they are, and the deletion behind them is not', () => {
    const world = restCluster();
    const pods = '/api/v1/namespaces/default/pods';
    world.send('POST', pods, { metadata: { name: 'x' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
    configure(world, 'validating', 'a', { name: 'all' });
    const evicted = ask(world, allow, 'POST', `${pods}/x/eviction`, { metadata: { name: 'x' } });
    expect([evicted.answer.code, evicted.asked]).toEqual([201, ['all']]);
    expect(evicted.calls[0]?.review).toMatchObject({
      kind: { group: 'policy', version: 'v1', kind: 'Eviction' },
      resource: { resource: 'pods' },
      subResource: 'eviction',
      operation: 'CREATE',
      name: 'x',
      namespace: 'default',
    });
  });

  test('objects of custom kinds, in the version that a webhook knows; unknown fields of a patch are dropped', () => {
    const world = restCluster();
    const schema = {
      openAPIV3Schema: {
        type: 'object',
        properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
      },
    };
    const version = (name: string, storage: boolean): object => ({ name, served: true, storage, schema });
    world.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' },
        versions: [version('v1', true), version('v1beta1', false)],
      },
    });
    const rules = [
      {
        apiGroups: ['example.com'],
        apiVersions: ['v1beta1'],
        operations: ['CREATE'],
        resources: ['widgets'],
      },
    ];
    configure(world, 'mutating', 'a', { name: 'size', rules });
    const patch = [
      { op: 'add', path: '/spec', value: { size: 3 } },
      { op: 'add', path: '/spec/colour', value: 'red' },
    ];
    const path = '/apis/example.com/v1/namespaces/default/widgets';
    const body = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } };
    const made = ask(world, () => ({ response: { allowed: true, patch } }), 'POST', path, body);
    expect(made.calls[0]?.review).toMatchObject({
      kind: { version: 'v1beta1' },
      object: { apiVersion: 'example.com/v1beta1' },
    });
    expect([made.answer.code, at(made.answer, 'spec'), at(made.answer, 'apiVersion')]).toEqual([
      201,
      { size: 3 },
      'example.com/v1',
    ]);
  });

  test('a collection is deleted after one round of questions', () => {
    const world = restCluster();
    for (const name of ['a', 'b', 'c']) world.send('POST', MAPS, { metadata: { name } });
    configure(world, 'validating', 'a', { name: 'all' });
    const deleted = ask(world, allow, 'DELETE', MAPS);
    expect([deleted.answer.code, deleted.calls.map(({ review }) => review.name)]).toEqual([
      200,
      ['a', 'b', 'c'],
    ]);
    expect(world.send('GET', `${MAPS}/a`).code).toBe(404);
  });
});
