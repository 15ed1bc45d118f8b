import test from 'ava';
import koffi from 'koffi';
import { layouts } from '../../../ffi/layouts.js';
import { buildNative, nativePaths } from '../../../native/build-native.js';
import { run } from '../../../process/run.js';

interface CLayout {
  readonly size: number;
  readonly fields: Readonly<Record<string, number>>;
}

test('every struct of the FFI is laid out as in C', async (t) => {
  await buildNative();
  const inC = JSON.parse(await run(nativePaths.layouts, [])) as Record<string, CLayout>;

  for (const [name, layout] of Object.entries(inC)) {
    const mirrored = layouts[name as keyof typeof layouts];
    t.is(koffi.sizeof(mirrored), layout.size, `size of ${name}`);
    for (const [field, offset] of Object.entries(layout.fields)) {
      t.is(koffi.offsetof(mirrored, field), offset, `${name}.${field}`);
    }
  }
  t.deepEqual(Object.keys(layouts).sort(), Object.keys(inC).sort(), 'C knows every struct');
});
