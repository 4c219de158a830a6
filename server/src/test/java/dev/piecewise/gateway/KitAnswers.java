package dev.piecewise.gateway;

import dev.piecewise.engine.FinishReason;
import dev.piecewise.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * What the stand-in engine says to LangChain4j's test kit: what a good model would, by words of the prompt, as far as the request lets it speak. The rest is the
 * server's own: templates, calls, stop strings, formats, usage, reasons.
 */
record KitAnswers(Tokenizer tokenizer) implements Consumer<ScriptedEngine.Scripted> {

    @Override
    public void accept(ScriptedEngine.Scripted generation) {
        String prompt = tokenizer.decode(generation.request.prompt(), true);
        byte[] answer = answer(prompt, generation.request.constraint() != null).getBytes(StandardCharsets.UTF_8);
        int most = generation.request.maxTokens();
        generation.bytes(Arrays.copyOf(answer, Math.min(answer.length, most)));
        if (!prompt.contains("long story")) {
            generation.finish(answer.length > most ? FinishReason.LENGTH : FinishReason.STOP);
        }
    }

    private static String answer(String prompt, boolean constrained) {
        if (prompt.contains("[tool]")) {
            return afterCalls(prompt, constrained);
        }
        if (prompt.contains("simultaneously")) {
            return call("getWeather", "{\"city\": \"Munich\"}") + call("getTime", "{\"country\": \"France\"}");
        }
        if (prompt.contains("get_current_time;")) {
            return call("get_current_time", "{}");
        }
        if (prompt.contains("getWeather;")) {
            return call("getWeather", "{\"city\": \"Munich\"}");
        }
        if (prompt.contains("Germany")) {
            return constrained ? "{\"city\": \"Berlin\"}" : "It is Berlin.";
        }
        return prompt.contains("love")
                ? "Ich liebe dich."
                : prompt.contains("green") ? "It is green." : "Hello World, " + "and so on, ".repeat(8);
    }

    private static String afterCalls(String prompt, boolean constrained) {
        if (constrained) {
            return "{\"weather\": \"sunny\"}";
        }
        return prompt.contains("10:14") ? "It is 10:14." : "It is sunny, and 14:35 in France.";
    }

    private static String call(String name, String arguments) {
        return "<tool_call>\n{\"name\": \"%s\", \"arguments\": %s}\n</tool_call>\n".formatted(name, arguments);
    }
}
