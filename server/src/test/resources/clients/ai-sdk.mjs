// Vercel's AI SDK with its provider for compatible servers, against the server whose address is the first argument.
import assert from 'node:assert/strict';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateObject, generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';

const provider = createOpenAICompatible({
  name: 'piecewise', baseURL: `${process.argv[2]}/v1`, apiKey: 'none', includeUsage: true, supportsStructuredOutputs: true,
});
const model = provider('tiny');
const weather = (asked) => tool({
  description: 'The weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => { asked.push(city); return 'sunny'; },
});

const checks = {
  async 'generates'() {
    const { text, usage, finishReason } = await generateText({ model, prompt: 'Hi', maxOutputTokens: 20 });
    assert.equal(text, 'Hello there');
    assert.equal(usage.outputTokens, 11);
    assert.equal(finishReason, 'stop');
  },

  async 'streams'() {
    const result = streamText({ model, system: 'Be kind.', prompt: 'Hi' });
    let text = '';
    for await (const delta of result.textStream) text += delta;
    assert.equal(text, 'Hello there');
    assert.equal((await result.usage).outputTokens, 11);
  },

  async 'calls tools, whole and streamed'() {
    for (const run of [generateText, streamText]) {
      const asked = [];
      const result = await run({ model, prompt: 'Hi', tools: { weather: weather(asked) }, stopWhen: stepCountIs(3) });
      assert.equal(await result.text, 'It is sunny.');
      assert.deepEqual(asked, ['Paris']);
    }
  },

  async 'generates an object'() {
    const { object } = await generateObject({ model, prompt: 'json', schema: z.object({ answer: z.number() }) });
    assert.deepEqual(object, { answer: 42 });
  },

  async 'completes'() {
    const { text } = await generateText({ model: provider.completionModel('tiny'), prompt: 'Hi' });
    assert.equal(text, 'Hello there');
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check().catch((error) => {
    console.error(`ai-sdk: ${name}: ${error.stack}`);
    process.exitCode = 1;
  });
}
console.log(`ai-sdk: ${Object.keys(checks).length} checks`);
