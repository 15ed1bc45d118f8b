import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../../../host/repository.js';
import { tableLayout } from '../../../commands/test/run-on-nics.js';
import { setCells } from '../../../host/document-table.js';
import { cellText, tableFile } from '../../nic-table.js';
import type { Outcome, SuiteResult } from '../../suite.js';

const results = (...outcomes: readonly Outcome[]): SuiteResult => ({
  tests: outcomes.map((outcome) => ({ title: outcome, outcome })),
});

test('a cell says how many tests had which outcome, without those that none had', (t) => {
  t.is(cellText(results('passed', 'passed')), '2 passed');
  t.is(cellText(results('passed', 'skipped', 'failed', 'passed', 'skipped')), '2 passed, 1 failed, 2 skipped');
  t.is(cellText(results('error')), '1 error');
  t.is(cellText(results()), 'no tests');
});

test('a cell says what was measured instead, unless something failed', (t) => {
  const figure = '12 frames';

  t.is(cellText({ ...results('passed'), figure }), figure);
  t.is(cellText({ ...results('failed'), figure }), '1 failed');
});

test('the document has a table, which is written as it is read', (t) => {
  const document = readFileSync(join(repositoryRoot, tableFile), 'utf8');

  t.is(setCells(document, tableLayout, []), document);
});
