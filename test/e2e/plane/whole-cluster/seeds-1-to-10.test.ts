/** A whole plane under random users and faults. Two files, so that two cores share the seeds. */
import { testLives } from '../support/whole-cluster/test-lives.ts';

testLives([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
