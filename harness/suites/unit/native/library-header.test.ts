import test from 'ava';
import { join } from 'node:path';
import { repositoryRoot } from '../../../host/repository.js';
import { attempt } from '../../../process/run.js';

const xskFolder = join(repositoryRoot, 'nf', 'c');
const strictly = ['-Wall', '-Wextra', '-Wpedantic', '-Werror', '-I', xskFolder];
const program = `#include <flash_headers.h>
#include <flash_nf.h>
int main(void)
{
	struct flash_headers headers;

	flash_port__close(0);
	flash_socket__destroy(0);
	return flash_headers__parse(&headers, "", 0) != -EINVAL;
}
`;

const languages = [
  { name: 'C11 without extensions', compiler: 'cc', args: ['-std=c11', '-x', 'c'] },
  { name: 'C++', compiler: 'c++', args: ['-std=c++17', '-x', 'c++'] },
];

for (const { name, compiler, args } of languages) {
  test(`a program in ${name} includes the headers of the library and refers to the names it has in C`, async (t) => {
    const compiled = await attempt(compiler, [...strictly, ...args, '-S', '-o', '-', '-'], { input: program });

    t.is(compiled.exitCode, 0, compiled.stderr);
    t.regex(compiled.stdout, /\bflash_port__close\b/);
    t.regex(compiled.stdout, /\bflash_socket__destroy\b/);
  });
}
