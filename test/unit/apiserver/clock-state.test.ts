import { describe, expect, test } from '@jest/globals';
import {
  type ClockChange,
  type ClockIntent,
  changeIntent,
  layCourse,
  MAX_STEP_MS,
  wantedRate,
} from '../../../src/apiserver/cluster-time/clock-state.ts';

const NOW_MS = 1_000_000;

const running: ClockIntent = { speed: 60, paused: false };
const paused: ClockIntent = { speed: 60, paused: true };
const stepping: ClockIntent = { ...paused, stepUntilMs: NOW_MS + 90_000 };

describe('a change of the clock', () => {
  test.each<[string, ClockIntent, ClockChange, ClockIntent]>([
    ['pause keeps the speed', running, { type: 'pause' }, paused],
    ['pause of a paused clock changes nothing', paused, { type: 'pause' }, paused],
    ['pause ends a step', stepping, { type: 'pause' }, paused],
    ['resume goes on at the speed of before', paused, { type: 'resume' }, running],
    ['resume ends a step', stepping, { type: 'resume' }, running],
    [
      'a speed sets a paused clock going',
      paused,
      { type: 'speed', speed: 2 },
      { speed: 2, paused: false },
    ],
    ['a step of a paused clock ends paused', paused, { type: 'step', stepMs: 90_000 }, stepping],
    [
      'a step of a running clock ends running',
      running,
      { type: 'step', stepMs: 5 },
      { ...running, stepUntilMs: NOW_MS + 5 },
    ],
    [
      'a step may follow one that is over',
      { ...paused, stepUntilMs: NOW_MS },
      { type: 'step', stepMs: 5 },
      { ...paused, stepUntilMs: NOW_MS + 5 },
    ],
  ])('%s', (_, intent, change, next) => {
    expect(changeIntent(intent, change, NOW_MS)).toEqual(next);
  });

  test.each<[ClockChange, RegExp]>([
    [
      { type: 'speed', speed: 0 },
      /speed: 0 is not between 0\.01 and 3600 .*; to stop the clock, pause it/,
    ],
    [{ type: 'speed', speed: -1 }, /speed: -1 is not between/],
    [{ type: 'speed', speed: 3_601 }, /speed: 3601 is not between/],
    [{ type: 'speed', speed: Number.NaN }, /speed: NaN is not between/],
    [{ type: 'step', stepMs: 0 }, /step: 0 milliseconds are not between 1 and/],
    [{ type: 'step', stepMs: -1 }, /step: -1 milliseconds/],
    [{ type: 'step', stepMs: 1.5 }, /step: 1\.5 milliseconds/],
    [{ type: 'step', stepMs: MAX_STEP_MS + 1 }, /\(8784h0m0s\)/],
  ])('%j is a BadRequest', (change, words) => {
    expect(() => changeIntent(running, change, NOW_MS)).toThrow(
      expect.objectContaining({ reason: 'BadRequest', message: expect.stringMatching(words) }),
    );
  });

  test('a step during another is a Conflict that says how long that takes', () => {
    expect(() => changeIntent(stepping, { type: 'step', stepMs: 1 }, NOW_MS)).toThrow(
      expect.objectContaining({
        reason: 'Conflict',
        message: expect.stringContaining('a step is under way for another 1m30s'),
      }),
    );
  });
});

test('a paused clock wants to stand, a running one its speed, and a step as much as there is', () => {
  expect([paused, running, stepping].map(wantedRate)).toEqual([0, 60, 3_600]);
});

test('a course expires where it is faster than real time, and ends where its step does', () => {
  const from = { realMs: 5, clusterMs: NOW_MS };
  expect(layCourse(running, from, 60)).toEqual({ ...from, rate: 60, expiresMs: 2_005 });
  expect(layCourse(paused, from, 0)).toEqual({ ...from, rate: 0 });
  expect(layCourse(stepping, from, 1)).toEqual({ ...from, rate: 1, untilMs: NOW_MS + 90_000 });
});
