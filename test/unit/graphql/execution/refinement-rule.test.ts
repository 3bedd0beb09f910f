import { expect, test } from '@jest/globals';
import { parse, validate } from 'graphql';
import { REFINEMENT_RULE } from '../../../../src/graphql/execution/refinement-rule.ts';
import { testSchema } from '../../../support/graphql-schema.ts';

const { schema } = testSchema();

const problemsOf = (argument: string, variables = ''): string[] => {
  const source = `query ${variables} { core { v1 { pods(${argument}) { count } } } }`;
  return validate(schema, parse(source), [REFINEMENT_RULE]).map(({ message }) => message);
};

test.each<[argument: string, ...problems: (string | RegExp)[]]>([
  ['where: [{path: "status.phase", equals: "Running"}], orderBy: [{path: "metadata.name"}]'],
  ['labelSelector: "app=web"'],
  [
    'where: [{path: "status.phas", equals: "Running"}]',
    /has no field "phas", did you mean "phase"\?/,
  ],
  ['where: [{or: [{path: "spec.nodeNam", exists: true}]}]', /has no field "nodeNam"/],
  ['orderBy: [{path: "metadata.nam"}]', /has no field "nam", did you mean "name"\?/],
  ['orderBy: [{path: "spec.containers"}]', /orderBy/],
  [
    'where: [{path: "a", exists: true}], orderBy: [{path: "b"}]',
    /has no field "a"/,
    /has no field "b"/,
  ],
])('%s is judged before anything runs', (argument, ...problems) => {
  const found = problemsOf(argument);
  expect(found).toHaveLength(problems.length);
  problems.forEach((problem, i) => {
    expect(found[i]).toMatch(problem);
  });
});

test.each([
  ['where: $where', '($where: [FieldConditionInput!])'],
  ['where: [{path: $path, exists: true}]', '($path: String)'],
])('%s is judged when its variables are there', (argument, variables) => {
  expect(problemsOf(argument, variables)).toEqual([]);
});

test('what the arguments themselves do not take is left to the rules of GraphQL', () => {
  expect(problemsOf('where: [{nothing: 1}]')).toEqual([]);
});
