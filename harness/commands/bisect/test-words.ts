import { Argument, Command, CommanderError, Option } from 'commander';
import { FlashError } from '../../errors.js';
import { guestConfigs, type GuestConfig } from '../../kernel/configs.js';
import { chosenBase } from '../../kernel/source/base.js';
import { modelsFor } from '../../nics/models-for.js';
import { nicModels, type NicModel } from '../../nics/model.js';
import { runChaos, type ChaosOptions } from '../../suites/chaos-suite.js';
import { devicesFor } from '../../suites/devices.js';
import { addResults, type SuiteResult } from '../../suites/suite.js';
import { addChaosOptions } from '../test/chaos.js';
import { nicParts } from '../test/nic-parts.js';
import { suites } from '../test/suites.js';

/** The tests that a bisection runs, from the words that `npm test --` would be given. */
export interface ChosenTests {
  /** As the user wrote them. */
  readonly words: string;
  readonly suite: string;
  /** Of the kernel that they need. */
  readonly config: GuestConfig;
  /** Runs them once on the kernel of an image. */
  run(image: string): Promise<SuiteResult>;
}

type Chosen = Pick<ChosenTests, 'config' | 'run'>;

/** Those that boot the kernel they are given, and no other. */
const looksAtTrees = ['mutants-apply', 'option-off'];
const suitesOfOneKernel = suites.filter(
  ({ name, bootsGuests }) => bootsGuests !== false && !looksAtTrees.includes(name),
);
const partsOfOneKernel = nicParts.filter(({ name }) => ['patched', 'reset', 'liveness', 'demo'].includes(name));

export function parseTestWords(words: readonly string[]): ChosenTests {
  const heard: { chosen?: Chosen; said: string } = { said: '' };
  const listen = (text: string): void => void (heard.said += text);
  const command = new Command('test').exitOverride().configureOutput({ writeErr: listen, writeOut: listen });
  for (const { name, takesMatch } of suitesOfOneKernel) {
    if (name === 'nic' || name === 'chaos') continue;
    const suite = command.command(name).addOption(configOption());
    if (takesMatch) suite.option('--match <title>');
    suite.action((options) => void (heard.chosen = chooseSuite(name, options)));
  }
  command
    .command('nic')
    .addArgument(new Argument('[part...]').choices(partsOfOneKernel.map(({ name }) => name)))
    .addOption(new Option('--nic <model...>').choices(nicModels))
    .option('--match <title>')
    .action((parts, options) => void (heard.chosen = chooseNic(parts, options)));
  addChaosOptions(command.command('chaos').addOption(configOption())).action(
    (options) => void (heard.chosen = chooseChaos(options)),
  );
  const asTyped = words.map(quote).join(' ');
  try {
    command.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const problem = /^error: (.*)$/m.exec(heard.said)?.[1] ?? 'no suite is named';
    throw new FlashError('usage', `\`${asTyped}\` names no tests to look with: ${problem}`, {
      advice: `say what \`npm test --\` takes: ${suitesOfOneKernel.map(({ name }) => name).join(', ')}; with --match TITLE`,
    });
  }
  return { ...(heard.chosen as Chosen), words: asTyped, suite: words[0] === 'kunit' ? 'KUnit' : (words[0] ?? '') };
}

function configOption(): Option {
  return new Option('--config <name>').choices(guestConfigs).default('lean');
}

function chooseSuite(name: string, { config, match }: { config: GuestConfig; match?: string }): Chosen {
  const suite = suitesOfOneKernel.find((each) => each.name === name);
  if (suite === undefined) throw new Error(`there is no suite ${name}`);
  // Given an image, the suite does not ask whether its kernel can hold contexts.
  const needed = name === 'hold' && config === 'lean' ? 'hold' : config;
  return {
    config: needed,
    run: (image) => suite.run({ config: needed, image, ...(match !== undefined && { match }) }),
  };
}

interface NicWords {
  readonly nic?: readonly NicModel[];
  readonly match?: string;
}

function chooseNic(parts: readonly string[], { nic: models = modelsFor(chosenBase()), ...options }: NicWords): Chosen {
  const named = parts.length === 0 ? ['patched'] : parts;
  return {
    config: 'lean',
    async run(image) {
      const results: SuiteResult[] = [];
      for (const nic of models)
        for (const part of partsOfOneKernel.filter(({ name }) => named.includes(name)))
          results.push(await part.run({ nic, image, failFast: true, ...options }));
      return addResults(results);
    },
  };
}

type ChaosWords = Pick<ChaosOptions, 'seconds' | 'seed'> & Partial<Pick<ChaosOptions, 'device'>>;

function chooseChaos({ config, device, ...options }: ChaosWords & { readonly config: GuestConfig }): Chosen {
  return {
    config,
    async run(image) {
      const results: SuiteResult[] = [];
      for (const each of devicesFor(chosenBase(), device))
        results.push(await runChaos({ ...options, image, device: each }));
      return addResults(results);
    },
  };
}

/** So that the user can copy it into a shell. */
function quote(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
