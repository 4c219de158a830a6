package dev.piecewise.gateway;

import dev.piecewise.engine.FinishReason;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.text.Tokenizer;
import java.util.function.Consumer;

/** What the stand-in engine says to others' clients: the same to everybody, but for some words of the prompt. */
record Parrot(Tokenizer tokenizer) implements Consumer<ScriptedEngine.Scripted> {
    private static final String CALL =
            "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>";

    @Override
    public void accept(ScriptedEngine.Scripted generation) {
        String prompt = tokenizer.decode(generation.request.prompt(), true);
        if (prompt.contains("[tool]")) {
            generation.say("It is sunny.").finish(FinishReason.STOP);
        } else if (prompt.contains("weather;")) {
            generation.say(CALL).finish(FinishReason.STOP);
        } else if (prompt.contains("json")) {
            generation.say("{\"answer\": 42}").finish(FinishReason.STOP);
        } else if (prompt.contains("long")) {
            generation.say("and ".repeat(50)).finish(FinishReason.LENGTH);
        } else if (prompt.contains("full")) {
            throw new ServingException(ErrorCode.OVERLOADED, "the queue is full");
        } else {
            generation.say("Hello there").finish(FinishReason.STOP);
        }
    }
}
