/** A whole plane under random users and faults. Two files, so that two cores share the seeds. */
import { testLives } from '../support/whole-cluster/test-lives.ts';

testLives([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
