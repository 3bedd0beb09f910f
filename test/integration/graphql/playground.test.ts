import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { TEST_TOKEN, type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

const CHROMIUM = process.env.ORRERY_TEST_CHROMIUM ?? '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);
/** Says by name what it does not run for want of a browser. */
const inChromium = hasChromium ? test : test.skip;
const TIMEOUT_MS = 90_000;

interface Opened extends AsyncDisposable {
  readonly plane: TestGraphql;
  readonly page: Page;
  /** Requests that went anywhere else than to the server. */
  readonly strayRequests: readonly string[];
}

/** The playground in a browser, at `path`. */
async function open(path: string): Promise<Opened> {
  const plane = await testGraphql();
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    const page = await browser.newPage();
    const strayRequests: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(plane.url) && !/^(data|blob):/.test(url)) strayRequests.push(url);
    });
    await page.goto(`${plane.url}${path}`);
    const launched = browser;
    return {
      plane,
      page,
      strayRequests,
      async [Symbol.asyncDispose]() {
        await launched.close();
        await plane[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await browser?.close();
    await plane[Symbol.asyncDispose]();
    throw error;
  }
}

/** Opens an example and runs it. GraphiQL shows its tabs some time before it heeds them. */
async function runTab(page: Page, title: string): Promise<void> {
  const editor = page.locator('.graphiql-query-editor');
  await eventually(
    async () => {
      await page.getByRole('tab', { name: title }).click();
      return editor.textContent();
    },
    (text) => expect(text).toMatch(new RegExp(`(query|mutation|subscription)\\s${title}`)),
    { withinMs: TIMEOUT_MS },
  );
  // Which operation a tab has it knows a moment later still, when it has written its tabs down.
  const hasHeeded = `Object.entries(localStorage).some(([key, value]) => {
    if (!key.endsWith('tabState')) return false;
    const { activeTabIndex, tabs } = JSON.parse(value);
    return tabs[activeTabIndex]?.operationName === '${title}';
  })`;
  await eventually(
    () => page.evaluate(hasHeeded),
    (heeded) => expect(heeded).toBe(true),
  );
  await page.getByRole('button', { name: /Execute query/ }).click();
}

/** Waits until the result pane shows `text`. */
async function showsResult(page: Page, text: string): Promise<void> {
  const result = page.locator('.result-window');
  await eventually(
    () => result.textContent(),
    (content) => expect(content).toContain(text),
    { withinMs: TIMEOUT_MS },
  );
}

inChromium(
  'the playground runs queries, mutations and subscriptions with the token of its link, and asks nobody else',
  async () => {
    await using opened = await open(`/#token=${TEST_TOKEN}`);
    const { page, plane } = opened;
    await runTab(page, 'Apply');
    await showsResult(page, 'created');
    expect(page.url()).not.toContain(TEST_TOKEN);
    await runTab(page, 'Rollout');
    await showsResult(page, 'ADDED');
    await plane.client.request(
      'mutation { scaleAppsV1Deployment(name: "nginx-deployment", replicas: 7) { kind } }',
    );
    await showsResult(page, 'MODIFIED');
    expect(opened.strayRequests).toEqual([]);
  },
  TIMEOUT_MS,
);

inChromium(
  'the playground asks for the token when it has none, and works with the one that is typed in',
  async () => {
    await using opened = await open('/');
    const { page } = opened;
    const field = page.getByLabel(/bearer token/);
    await field.fill(TEST_TOKEN);
    await page.getByRole('button', { name: 'Use it' }).click();
    await runTab(page, 'Pods');
    await showsResult(page, 'resourceVersion');
    expect(await field.isVisible()).toBe(false);
  },
  TIMEOUT_MS,
);
