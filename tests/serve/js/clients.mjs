// What real JavaScript clients make of the API: `node clients.mjs BASE_URL KEY` prints one JSON object.
import OpenAI from "openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";

const [baseURL, apiKey] = process.argv.slice(2);
const question = "why is web down?";
const messages = [{ role: "user", content: question }];
const found = {};

const openai = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
found.models = (await openai.models.list()).data.map((model) => model.id);
const whole = await openai.chat.completions.create({ model: "stillwatch", messages });
found.openai = { text: whole.choices[0].message.content, tokens: whole.usage.total_tokens };
const stream = await openai.chat.completions.create({
  model: "stillwatch",
  messages,
  stream: true,
  stream_options: { include_usage: true },
});
found.stream = { text: "", tokens: 0, finish: null };
for await (const chunk of stream) {
  found.stream.text += chunk.choices[0]?.delta?.content ?? "";
  found.stream.finish = chunk.choices[0]?.finish_reason ?? found.stream.finish;
  found.stream.tokens = chunk.usage?.total_tokens ?? found.stream.tokens;
}
found.refused = await openai.chat.completions
  .create({ model: "gpt-5", messages })
  .then(() => "nothing", (error) => `${error.status} ${error.code}`);

const provider = createOpenAICompatible({ name: "stillwatch", baseURL, apiKey, includeUsage: true });
const generated = await generateText({ model: provider("stillwatch"), prompt: question, maxRetries: 0 });
found.sdk = { text: generated.text, tokens: generated.usage.totalTokens, finish: generated.finishReason };
const streamed = streamText({ model: provider("stillwatch"), prompt: question, maxRetries: 0 });
found.sdkStream = { text: await streamed.text, reasoning: await streamed.reasoningText };

console.log(JSON.stringify(found));
