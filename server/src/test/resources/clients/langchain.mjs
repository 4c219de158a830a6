// LangChain.js against the server whose address is the first argument.
import assert from 'node:assert/strict';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAI } from '@langchain/openai';
import { z } from 'zod';

const configuration = { baseURL: `${process.argv[2]}/v1` };
const common = { model: 'tiny', apiKey: 'none', configuration, maxRetries: 0 };
const chat = new ChatOpenAI(common);
const weather = tool(async () => 'sunny', {
  name: 'weather', description: 'The weather of a city.', schema: z.object({ city: z.string() }),
});

const checks = {
  async 'invokes'() {
    const answer = await chat.invoke('Hi');
    assert.equal(answer.content, 'Hello there');
    assert.equal(answer.usage_metadata.output_tokens, 11);
  },

  async 'streams'() {
    let text = '';
    for await (const chunk of await chat.stream('Hi')) text += chunk.content;
    assert.equal(text, 'Hello there');
  },

  async 'calls tools'() {
    const bound = chat.bindTools([weather]);
    const question = new HumanMessage('Hi');
    const asked = await bound.invoke([question]);
    assert.deepEqual(asked.tool_calls.map((call) => [call.name, call.args]), [['weather', { city: 'Paris' }]]);
    const result = new ToolMessage({ content: 'sunny', tool_call_id: asked.tool_calls[0].id });
    assert.equal((await bound.invoke([question, asked, result])).content, 'It is sunny.');
  },

  async 'gives structured output'() {
    const schema = z.object({ answer: z.number() });
    const structured = chat.withStructuredOutput(schema, { method: 'jsonSchema', name: 'answer' });
    assert.deepEqual(await structured.invoke('json'), { answer: 42 });
  },

  async 'completes'() {
    assert.equal(await new OpenAI(common).invoke('Hi'), 'Hello there');
  },

  async 'responds'() {
    const answer = await new ChatOpenAI({ ...common, useResponsesApi: true }).invoke('Hi');
    assert.equal(answer.text, 'Hello there');
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check().catch((error) => {
    console.error(`langchain: ${name}: ${error.stack}`);
    process.exitCode = 1;
  });
}
console.log(`langchain: ${Object.keys(checks).length} checks`);
