// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the shell writes its variables like this
import { describe, expect, test } from '@jest/globals';
import { deferred } from '../../../../src/lib/deferred.ts';
import { buildMachine, runOn, runScriptOn } from '../../../support/machine.ts';

/** [script, what it prints, its exit code]. */
type Case = readonly [script: string, out: string, code?: number];

function prints(cases: readonly Case[]): void {
  test.each(cases)('%s', async (script, out, code = 0) => {
    const ran = await runScriptOn(buildMachine(), script);
    expect({ ...ran, code: ran.code }).toEqual({ code, out, err: '', bytes: Buffer.from(out) });
  });
}

describe('quoting takes what it encloses as it stands', () => {
  prints([
    ['echo hello   world', 'hello world\n'],
    ["echo 'a  $HOME'", 'a  $HOME\n'],
    ['echo "a  $HOME"', 'a  /root\n'],
    ['echo a\\ \\ b', 'a  b\n'],
    ['echo "say \\"hi\\""', 'say "hi"\n'],
    ['echo "a\\nb"', 'a\\nb\n'],
    ["echo ''", '\n'],
    ['echo a"b"\'c\'', 'abc\n'],
    ['echo "*"', '*\n'],
    ["echo '#' # a comment", '#\n'],
    ['echo a#b', 'a#b\n'],
    ['echo a\\\nb', 'ab\n'],
  ]);
});

describe('variables are substituted, and cut at spaces unless they are quoted', () => {
  prints([
    ['A=1; echo $A ${A}2', '1 12\n'],
    ['A="x  y"; echo $A; echo "$A"', 'x y\nx  y\n'],
    ['A="x y"; for w in $A; do echo [$w]; done', '[x]\n[y]\n'],
    ['A="x y"; for w in "$A"; do echo [$w]; done', '[x y]\n'],
    ['echo ${NONE:-fallback} ${HOME:-other}', 'fallback /root\n'],
    ['echo [${NONE-x}] [${NONE+y}] [${HOME+z}]', '[x] [] [z]\n'],
    ['echo ${A:=5} $A', '5 5\n'],
    ['A=hello; echo ${#A}', '5\n'],
    ['A=a.b.c; echo ${A%.*} ${A%%.*} ${A#*.} ${A##*.}', 'a.b a b.c c\n'],
    ['echo $NONE', '\n'],
    ['echo a $NONE b', 'a b\n'],
    ['echo "$#" "$0"', '0 sh\n'],
    ['export B=2; env | grep ^B=', 'B=2\n'],
    ['B=2; env | grep ^B=', '', 1],
    ['B=2 env | grep ^B=', 'B=2\n'],
    ['A=1; unset A; echo [$A]', '[]\n'],
    ['echo ~ ~/x', '/root /root/x\n'],
    ['echo $', '$\n'],
  ]);
});

describe('lists, pipelines and groups run in order, as their exit codes say', () => {
  prints([
    ['true && echo yes || echo no', 'yes\n'],
    ['false && echo yes || echo no', 'no\n'],
    ['false; echo $?', '1\n'],
    ['exit 3', '', 3],
    ['exit 300', '', 44],
    ['(exit 4); echo $?', '4\n'],
    ['! true; echo $?', '1\n'],
    ['echo a | cat | cat', 'a\n'],
    ['false | true', ''],
    ['true | false', '', 1],
    ['A=1; (A=2); echo $A', '1\n'],
    ['A=1; { A=2; }; echo $A', '2\n'],
    ['A=1; echo x | A=3; echo $A', '1\n'],
    ['yes | head -2', 'y\ny\n'],
    ['echo a; echo b & echo c', 'a\nb\nc\n'],
    ['', ''],
  ]);
});

describe('compound commands', () => {
  prints([
    ['if true; then echo a; else echo b; fi', 'a\n'],
    ['if false; then echo a; elif true; then echo c; else echo b; fi', 'c\n'],
    ['for i in 1 2 3; do echo $i; done', '1\n2\n3\n'],
    ['for i in $(seq 1 3); do echo $i; done | tail -1', '3\n'],
    ['i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i', '3\n'],
    ['i=0; until [ $i -ge 2 ]; do i=$((i+1)); done; echo $i', '2\n'],
    ['for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done', '1\n3\n'],
    ['for i in 1 2 3; do [ $i = 2 ] && break; echo $i; done', '1\n'],
    ['while read a b; do echo $b; done < /data/fruit | wc -l', '4\n'],
    ['if\n true\nthen\n echo x\nfi', 'x\n'],
  ]);
});

describe('substitutions', () => {
  prints([
    ['echo $(echo a; echo b)', 'a b\n'],
    ['echo "$(echo a; echo b)"', 'a\nb\n'],
    ['echo `echo x`', 'x\n'],
    ['echo $(echo $(echo deep))', 'deep\n'],
    ['A=$(false); echo $?', '1\n'],
    ['echo $((1 + 2 * 3)) $(( (1+2)*3 )) $((7/2)) $((7%2))', '7 9 3 1\n'],
    ['echo $((1 < 2)) $((1 == 2)) $((!0)) $((1 && 0)) $((1 ? 5 : 6))', '1 0 1 0 5\n'],
    ['i=4; echo $((i * i)) $((-i))', '16 -4\n'],
    ['cd /data; echo *', 'fruit\n'],
    ['echo /e*/host*', '/etc/hostname\n'],
    ['echo /etc/h?stname /etc/[gh]ostname', '/etc/hostname /etc/hostname\n'],
    ['echo /nothing/*', '/nothing/*\n'],
  ]);
});

describe('redirects', () => {
  prints([
    ['echo a > /tmp/f; echo b >> /tmp/f; cat /tmp/f', 'a\nb\n'],
    ['wc -l < /data/fruit', '4\n'],
    ['ls /none 2>/dev/null', '', 1],
    ['ls /none 2>&1 | head -1', 'ls: /none: No such file or directory\n'],
    ['cat <<END\na $HOME\nEND\necho z', 'a /root\nz\n'],
    ["cat <<'END'\na $HOME\nEND", 'a $HOME\n'],
    ['cat <<-END\n\t\tx\n\tEND', 'x\n'],
    ['{ echo a; echo b; } > /tmp/g; cat /tmp/g', 'a\nb\n'],
    ['echo x >/dev/null', ''],
  ]);
});

describe('programs', () => {
  prints([
    ['cat /etc/hostname', 'web-0\n'],
    ['sort /data/fruit | uniq -c', '      2 apple\n      1 fig\n      1 pear\n'],
    ['sort -r -u /data/fruit', 'pear\nfig\napple\n'],
    ['printf "%s-%03d\\n" a 7', 'a-007\n'],
    ['printf "%s\\n" a b', 'a\nb\n'],
    ['echo -n x; echo -e "a\\tb"', 'xa\tb\n'],
    ['head -n 1 /data/fruit; tail -1 /data/fruit', 'pear\napple\n'],
    ['tail -n +3 /data/fruit', 'fig\napple\n'],
    ['head -c 3 /data/fruit', 'pea'],
    ['grep -c apple /data/fruit', '2\n'],
    ['grep -in FIG /data/fruit', '3:fig\n'],
    ['grep -v p /data/fruit', 'fig\n'],
    ['grep -E "^(fig|pear)$" /data/fruit', 'pear\nfig\n'],
    ['grep -o "a[p]*" /data/fruit | head -1', 'a\n'],
    ['grep -q nothing /data/fruit', '', 1],
    ['cut -d: -f2 <<END\na:b:c\nEND', 'b\n'],
    ['echo hello | tr a-z A-Z', 'HELLO\n'],
    ['echo a b | tr -d " "', 'ab\n'],
    ['seq 3 -1 1 | tr "\\n" ,', '3,2,1,'],
    ['mkdir -p /tmp/a/b; touch /tmp/a/b/c; find /tmp -type f', '/tmp/a/b/c\n'],
    ['mkdir /tmp/a; cp -r /data /tmp/a; ls /tmp/a/data', 'fruit\n'],
    ['mv /data/fruit /tmp/; ls /data /tmp', '/data:\n\n/tmp:\nfruit\n'],
    ['rm -rf /data; test -d /data', '', 1],
    ['[ -f /data/fruit ] && [ ! -d /data/fruit ] && echo file', 'file\n'],
    ['[ a = a -a 1 -lt 2 ] && test -n x && echo all', 'all\n'],
    ['ln -s /data/fruit /tmp/l; cat /tmp/l | head -1; readlink /tmp/l', 'pear\n/data/fruit\n'],
    ['cd /tmp; pwd; cd -; pwd', '/tmp\n/\n'],
    ['id', 'uid=0(root) gid=0(root) groups=0(root)\n'],
    ['whoami; hostname', 'root\nweb-0\n'],
    ['uname; uname -m', 'Linux\nx86_64\n'],
    ['date; date +%Y-%m-%dT%H:%M:%SZ', 'Fri Jan  2 03:04:05 UTC 2026\n2026-01-02T03:04:05Z\n'],
    ['ps | tail -1', '    1 root      0:00 sleep infinity\n'],
    ['echo a b | xargs echo x', 'x a b\n'],
    ['echo abc | wc -c', '4\n'],
    ['which ls', '/bin/ls\n'],
    ['sh -c "echo \\$1" x y', 'y\n'],
    ['echo "echo from file" > /tmp/s.sh; sh /tmp/s.sh', 'from file\n'],
    ['ls -l /data | tail -1', '-rw-r--r--    1 root     root            21 Jan  2 03:04 fruit\n'],
    ['chmod +x /data/fruit; test -x /data/fruit && echo x', 'x\n'],
    ['tar cf - data 2>/dev/null | tar tf -', 'data\ndata/fruit\n'],
    ['tar zcf - data 2>/dev/null | tar ztf -', 'data\ndata/fruit\n'],
    [
      'tar czf /tmp/a.tgz data; mkdir /tmp/z; tar xzf /tmp/a.tgz -C /tmp/z; ls /tmp/z/data',
      'fruit\n',
    ],
    [
      'tar cf /tmp/a.tar data; mkdir /tmp/o; tar xf /tmp/a.tar -C /tmp/o; cat /tmp/o/data/fruit | wc -l',
      '4\n',
    ],
  ]);
});

test.each([
  ['nothing-like-it', 'sh: nothing-like-it: not found\n', 127],
  ['tar xzf /data/fruit', 'tar: not in gzip format\n', 1],
  ['cat /none', "cat: can't open '/none': No such file or directory\n", 1],
  ['cd /none', "sh: cd: can't cd to /none: No such file or directory\n", 2],
  ['rm /data', "rm: can't remove '/data': Is a directory\n", 1],
  ['mkdir /data', "mkdir: can't create directory '/data': File exists\n", 1],
  ['echo x > /none/y', "sh: can't create /none/y: No such file or directory\n", 1],
  ['if true', 'sh: syntax error: unexpected end of file\n', 2],
  ['echo a; fi', 'sh: syntax error: unexpected "fi"\n', 2],
  ['echo (a)', 'sh: syntax error: unexpected "("\n', 2],
  ['echo "a', 'sh: syntax error: unexpected end of file (expecting """)\n', 2],
  ['echo $((1/0))', 'sh: syntax error: divide by zero\n', 2],
  ['echo ${NONE:?is missing}', 'sh: NONE: is missing\n', 2],
  ['; ;', 'sh: syntax error: unexpected ";"\n', 2],
  ['case x in x) echo;; esac', 'sh: syntax error: unexpected "case"\n', 2],
])('%s fails with its own words', async (script, err, code) => {
  expect(await runScriptOn(buildMachine(), script)).toMatchObject({ code, err });
});

test('a loop that never ends is killed', async () => {
  const ran = await runOn(buildMachine(), ['sh', '-c', 'while true; do :; done'], {
    maxSteps: 1_000,
  });
  expect(ran.code).toBe(137);
});

test('a variable cannot grow without bound', async () => {
  const script = 'a=x; for i in $(seq 1 30); do a=$a$a; done; echo no';
  expect(await runScriptOn(buildMachine(), script)).toMatchObject({
    code: 2,
    err: 'sh: Argument list too long\n',
  });
});

test('the disk is full when it is full', async () => {
  const script = 'yes 0123456789012345678901234567890123456789 > /tmp/big';
  const ran = await runOn(buildMachine(), ['sh', '-c', script], { maxSteps: 200_000 });
  expect(ran).toMatchObject({ code: 1, err: 'yes: No space left on device\n' });
});

test('sleep waits on the clock of the world', async () => {
  const machine = buildMachine();
  const asleep = deferred();
  const setTimer = machine.clock.setTimer.bind(machine.clock);
  machine.clock.setTimer = (delayMs, callback) => {
    asleep.resolve();
    return setTimer(delayMs, callback);
  };
  const running = runScriptOn(machine, 'sleep 3600; date +%H');
  await asleep.promise;
  machine.clock.advance(3_600_000);
  expect((await running).out).toBe('04\n');
});

test('lines from stdin run one by one, and programs share it with the shell', async () => {
  const stdin = 'echo a\nread x\nline\necho got $x\nexit 5\necho no\n';
  expect(await runOn(buildMachine(), ['sh'], { stdin })).toMatchObject({
    code: 5,
    out: 'a\ngot line\n',
  });
});
