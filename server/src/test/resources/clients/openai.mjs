// OpenAI's own client against the server whose address is the first argument.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { z } from 'zod';

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: 'none', maxRetries: 0 });
const model = 'tiny';
const messages = [{ role: 'user', content: 'Hi' }];
const weather = {
  name: 'weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const checks = {
  async 'lists models'() {
    const models = [];
    for await (const one of client.models.list()) models.push(one.id);
    assert.deepEqual(models, [model]);
    assert.equal((await client.models.retrieve(model)).id, model);
  },

  async 'completes a text'() {
    const { data, response } = await client.completions
      .create({ model, prompt: 'Hi', max_tokens: 16, logprobs: 1, echo: true })
      .withResponse();
    assert.equal(data.choices[0].text, 'HiHello there');
    assert.ok(response.headers.get('x-request-id'));
    assert.match(response.headers.get('x-piecewise-adapter'), /^base;/);
    assert.equal((await client.completions.create({ model, prompt: ['a', 'b'], n: 2 })).choices.length, 4);
  },

  async 'streams a text'() {
    let text = '';
    let usage;
    const stream = await client.completions.create({
      model, prompt: 'Hi', stream: true, stream_options: { include_usage: true },
    });
    for await (const chunk of stream) {
      text += chunk.choices[0]?.text ?? '';
      usage = chunk.usage ?? usage;
    }
    assert.equal(text, 'Hello there');
    assert.equal(usage.completion_tokens, 11);
  },

  async 'chats'() {
    const chat = await client.chat.completions.create({ model, messages, n: 2, logprobs: true, top_logprobs: 2, seed: 1 });
    assert.deepEqual(chat.choices.map((choice) => choice.message.content), ['Hello there', 'Hello there']);
    assert.equal(chat.choices[0].finish_reason, 'stop');
    assert.equal(chat.choices[0].logprobs.content.length, 11);
    assert.equal(chat.choices[0].logprobs.content[0].top_logprobs.length, 2);
  },

  async 'streams a chat'() {
    const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
    let deltas = '';
    stream.on('content', (delta) => { deltas += delta; });
    const final = await stream.finalChatCompletion();
    assert.equal(deltas, 'Hello there');
    assert.equal(final.choices[0].message.content, 'Hello there');
    assert.equal((await stream.totalUsage()).completion_tokens, 11);
  },

  async 'runs tools, whole and streamed'() {
    for (const stream of [false, true]) {
      const asked = [];
      const runner = client.chat.completions.runTools({
        model, stream, messages,
        tools: [{
          type: 'function',
          function: { ...weather, parse: JSON.parse, function: ({ city }) => { asked.push(city); return 'sunny'; } },
        }],
      });
      assert.equal(await runner.finalContent(), 'It is sunny.');
      assert.deepEqual(asked, ['Paris']);
    }
  },

  async 'parses structured output'() {
    const chat = await client.chat.completions.parse({
      model, messages: [{ role: 'user', content: 'json' }],
      response_format: zodResponseFormat(z.object({ answer: z.number() }), 'answer'),
    });
    assert.deepEqual(chat.choices[0].message.parsed, { answer: 42 });
  },

  async 'maps errors'() {
    await assert.rejects(client.chat.completions.create({ model, messages: [{ role: 'bot', content: 'a' }] }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.equal(error.param, 'messages[0].role');
      assert.equal(error.type, 'invalid_request_error');
      return true;
    });
    await assert.rejects(client.models.retrieve('gpt'), OpenAI.NotFoundError);
    await assert.rejects(client.completions.create({ model, prompt: 'full' }), OpenAI.RateLimitError);
    await assert.rejects(client.completions.create({ model, prompt: 'a', suffix: 'b' }), /suffix is not supported/);
  },

  async 'stops when told to'() {
    const stream = await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'long' }], stream: true });
    for await (const chunk of stream) {
      assert.ok(chunk.id);
      break;
    }
    assert.ok(stream.controller.signal.aborted);
  },

  async 'responds'() {
    const first = await client.responses.create({ model, input: 'Hi', instructions: 'Be kind.' });
    assert.equal(first.output_text, 'Hello there');
    const second = await client.responses.create({ model, input: 'And?', previous_response_id: first.id });
    assert.equal(second.previous_response_id, first.id);
    assert.equal((await client.responses.retrieve(first.id)).output_text, 'Hello there');
    await client.responses.delete(first.id);
    await assert.rejects(client.responses.retrieve(first.id), OpenAI.NotFoundError);
  },

  async 'streams a response'() {
    const stream = client.responses.stream({ model, input: 'Hi' });
    let deltas = '';
    stream.on('response.output_text.delta', (event) => { deltas += event.delta; });
    const final = await stream.finalResponse();
    assert.equal(deltas, 'Hello there');
    assert.equal(final.output_text, 'Hello there');
    assert.equal(final.status, 'completed');
  },

  async 'responds with calls'() {
    const tools = [{ type: 'function', ...weather, strict: false }];
    const stream = client.responses.stream({ model, input: 'Hi', tools });
    const response = await stream.finalResponse();
    const call = response.output.find((item) => item.type === 'function_call');
    assert.deepEqual(JSON.parse(call.arguments), { city: 'Paris' });
    const last = await client.responses.create({
      model, tools, previous_response_id: response.id,
      input: [{ type: 'function_call_output', call_id: call.call_id, output: 'sunny' }],
    });
    assert.equal(last.output_text, 'It is sunny.');
  },

  async 'responds over a WebSocket, turn by turn'() {
    const ws = new ResponsesWS(client, { headers: { 'X-Piecewise-User': 'u1' } });
    const turn = async (fields) => {
      const types = [];
      ws.send({ type: 'response.create', model, ...fields });
      for await (const event of ws.stream()) {
        if (event.type === 'error') throw event.error;
        if (event.type !== 'message') continue;
        types.push(event.message.type);
        if (event.message.type === 'response.completed') return { types, response: event.message.response };
      }
      throw new Error('closed');
    };
    const first = await turn({ input: 'Hi', store: false });
    assert.deepEqual([...new Set(first.types)], [
      'response.created', 'response.in_progress', 'response.output_item.added', 'response.content_part.added',
      'response.output_text.delta', 'response.output_text.done', 'response.content_part.done',
      'response.output_item.done', 'response.completed',
    ]);
    const second = await turn({ input: 'And?', previous_response_id: first.response.id });
    assert.equal(second.response.output[0].content[0].text, 'Hello there');
    await assert.rejects(turn({ input: 7 }), (error) => error.error.error.param === 'input');
    await turn({ input: 'Hi' });
    ws.close();
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check().catch((error) => {
    console.error(`openai: ${name}: ${error.stack}`);
    process.exitCode = 1;
  });
}
console.log(`openai: ${Object.keys(checks).length} checks`);
