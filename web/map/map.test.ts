import { describe, expect, test } from 'vitest';
import { MINUTE } from '../../core/time.ts';
import type { RunModel } from '../history/run-model.ts';
import { modelOf, recordExample } from '../testing/recorded.ts';
import { mapLayout } from './map-layout.ts';
import { hit, type MapScene, mapScene } from './map-scene.ts';

const model = modelOf(recordExample('shop'));

function sceneAt(of: RunModel, minutes: number, width = 400): MapScene {
  of.machine.moveTo(of.machine.positionAt(of.start + minutes * MINUTE));
  return mapScene(of.machine.state, of.places, mapLayout(of.places, width, 300));
}

describe('the map', () => {
  test('shows every node and pod of a moment, each in a box of its own', () => {
    for (const [minutes, width] of [
      [1, 400],
      [6, 400],
      [11, 260],
      [30, 900],
    ] as const) {
      const scene = sceneAt(model, minutes, width);
      expect(scene.nodes).toHaveLength(6);
      const boxes = scene.pods.map(({ box }) => `${box.left},${box.top}`);
      expect(new Set(boxes).size).toBe(boxes.length);
      for (const { node, box } of scene.pods) {
        const frame = scene.nodes.find(({ key }) => key === node)?.box;
        if (frame === undefined) throw new Error(`the node ${node} is not on the map`);
        expect(box.left).toBeGreaterThanOrEqual(frame.left);
        expect(box.left + box.width).toBeLessThanOrEqual(frame.left + frame.width);
        expect(box.top + box.height).toBeLessThanOrEqual(frame.top + frame.height);
        expect(frame.left + frame.width).toBeLessThanOrEqual(width);
      }
    }
  });

  test('tells a crashed node, and its pods that are going', () => {
    const before = sceneAt(model, 4);
    expect(before.standings.ready).toBe(23);
    const after = sceneAt(model, 12);
    expect(after.nodes.filter(({ isReady }) => !isReady)).toHaveLength(1);
    expect(after.standings).toMatchObject({ ready: 23, terminating: 4 });
  });

  test('moves nothing while the time is dragged', () => {
    const places = new Map<string, string>();
    for (let minutes = 1; minutes <= 30; minutes++) {
      for (const { key, box } of sceneAt(model, minutes).pods) {
        const place = `${box.left},${box.top}`;
        expect(places.get(key) ?? place).toBe(place);
        places.set(key, place);
      }
    }
  });

  test('keeps the places of nodes that are not there', () => {
    model.machine.moveTo(0);
    const { nodes, vacant } = mapScene(model.machine.state, model.places, mapLayout(model.places, 400, 300));
    expect(nodes).toEqual([]);
    expect(vacant).toHaveLength(6);
    expect(sceneAt(model, 4).vacant).toEqual([]);
  });

  test('finds what is at a point', () => {
    const scene = sceneAt(model, 4);
    const pod = scene.pods[3];
    if (pod === undefined) throw new Error('there are not enough pods');
    expect(hit(scene, pod.box.left + 1, pod.box.top + 1)).toEqual({ pod });
    const node = scene.nodes[0];
    if (node === undefined) throw new Error('there is no node');
    expect(hit(scene, node.box.left + 2, node.box.top + 2)).toEqual({ node });
    expect(hit(scene, -5, -5)).toBeUndefined();
  });

  test('makes its cells smaller rather than growing without end', () => {
    const large = mapLayout(model.places, 400, 1000);
    const small = mapLayout(model.places, 400, 90);
    expect(small.cell).toBeLessThan(large.cell);
    expect(small.height).toBeLessThan(large.height);
  });
});
