import test from 'ava';
import { parseAdded } from '../../../coverage/added-lines.js';
import type { Lines } from '../../../coverage/count-lines.js';
import { coverageRows, judge } from '../../../coverage/judge.js';

const diff = `diff --git a/net/xdp/xsk.c b/net/xdp/xsk.c
--- a/net/xdp/xsk.c
+++ b/net/xdp/xsk.c
@@ -3 +3,2 @@ static int one(void)
-	return 0;
+	two();
+	return 0;
@@ -10,2 +11,0 @@ static int gone(void)
-	three();
-	four();
@@ -20,0 +20 @@ static int five(void)
+	five();
diff --git a/net/xdp/xsk_route.c b/net/xdp/xsk_route.c
--- /dev/null
+++ b/net/xdp/xsk_route.c
@@ -0,0 +1,3 @@
+int route(void)
+{
+}
`;

test('the lines that a diff adds are known by file, and those that it takes away are none', (t) => {
  t.deepEqual(
    parseAdded(diff),
    new Map([
      ['net/xdp/xsk.c', new Set([3, 4, 20])],
      ['net/xdp/xsk_route.c', new Set([1, 2, 3])],
    ]),
  );
});

const lines: Lines = new Map([
  [
    'net/xdp/xsk.c',
    new Map([
      [2, { count: 0, fn: 'one' }],
      [20, { count: 0, fn: 'five' }],
      [4, { count: 7, fn: 'one' }],
    ]),
  ],
  ['net/xdp/xsk_hold.c', new Map([[1, { count: 0, fn: 'hold' }]])],
]);

test('a line of the series that has code and did not run is named, and none of others or of what is for tests', (t) => {
  const added = new Map([...parseAdded(diff), ['net/xdp/xsk_hold.c', new Set([1])] as const]);

  const files = judge(lines, added);

  t.deepEqual(files, [{ file: 'net/xdp/xsk.c', lines: 2, run: 1, missed: [{ number: 20, fn: 'five' }] }]);
  t.deepEqual(coverageRows(files), [
    ['net/xdp/xsk.c', '2', '1', '50.0'],
    ['all', '2', '1', '50.0'],
  ]);
});
