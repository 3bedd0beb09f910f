import type { Program } from './process.ts';
import { chmod, cp, ln, mkdir, mv, rm, rmdir, touch } from './programs/file-changes.ts';
import { df, du, find, ls, pwd, readlink } from './programs/file-lists.ts';
import { grep } from './programs/grep.ts';
import { curl, wget } from './programs/http.ts';
import { getent, nslookup } from './programs/names.ts';
import { sh } from './programs/sh.ts';
import * as system from './programs/system.ts';
import { tar } from './programs/tar.ts';
import { test } from './programs/test.ts';
import * as texts from './programs/texts.ts';

/** Every program that is simulated, by its name; an image has some of them. */
export const PROGRAMS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['[', test],
  ['arch', system.arch],
  ['ash', sh],
  ['bash', sh],
  ['cat', texts.cat],
  ['chmod', chmod],
  ['cp', cp],
  ['curl', curl],
  ['cut', texts.cut],
  ['date', system.date],
  ['df', df],
  ['du', du],
  ['echo', texts.echo],
  ['env', system.env],
  ['false', () => 1],
  ['find', find],
  ['getent', getent],
  ['grep', grep],
  ['head', texts.head],
  ['hostname', system.hostname],
  ['id', system.id],
  ['ln', ln],
  ['ls', ls],
  ['mkdir', mkdir],
  ['mv', mv],
  ['nproc', system.nproc],
  ['nslookup', nslookup],
  ['printenv', system.printenv],
  ['printf', texts.printf],
  ['ps', system.ps],
  ['pwd', pwd],
  ['readlink', readlink],
  ['rm', rm],
  ['rmdir', rmdir],
  ['seq', texts.seq],
  ['sh', sh],
  ['sleep', system.sleep],
  ['sort', texts.sort],
  ['tail', texts.tail],
  ['tar', tar],
  ['tee', texts.tee],
  ['test', test],
  ['touch', touch],
  ['tr', texts.tr],
  ['true', () => 0],
  ['uname', system.uname],
  ['uniq', texts.uniq],
  ['wc', texts.wc],
  ['wget', wget],
  ['which', system.which],
  ['whoami', system.whoami],
  ['xargs', system.xargs],
  ['yes', texts.yes],
]);
