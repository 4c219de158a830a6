package dev.piecewise.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What the text of a completion must be. {@code param} is the request field that says so, as messages write it. */
public sealed interface GrammarSpec {
    String param();

    /** Any JSON object. */
    record AnyObject(String param) implements GrammarSpec {}

    /** JSON that is valid by a schema; {@code param} is the schema's own path. */
    record Schema(String param, JsonNode schema) implements GrammarSpec {}

    /** A text that as a whole matches a regular expression. */
    record Regex(String param, String pattern) implements GrammarSpec {}

    /** One of these texts. */
    record Choice(String param, List<String> choices) implements GrammarSpec {}

    /** One or more calls of tools, written in a form. */
    record Calls(String param, List<Tool> tools, CallForm form) implements GrammarSpec {}

    /**
     * A tool that may be called.
     *
     * @param param the path of its parameters, as messages write it
     * @param parameters the schema of the arguments
     */
    record Tool(String param, String name, JsonNode parameters) {}

    /**
     * How a model writes calls: {@code open}, then one to {@code most} calls with {@code between} between them, then {@code close}. A call is {@code before}, the
     * object <code>{"name": NAME, ARGUMENTS_KEY: ARGUMENTS}</code>, then {@code after}.
     */
    record CallForm(
            String open, String before, String argumentsKey, String after, String between, String close, int most) {
        /** The bare object, as Llama 3 writes it with {@code parameters}. */
        public static CallForm bare(String argumentsKey) {
            return new CallForm("", "", argumentsKey, "", "", "", 1);
        }

        /** As Hermes and Qwen write them. */
        public static CallForm hermes(int most) {
            return new CallForm("", "<tool_call>\n", "arguments", "\n</tool_call>", "\n", "", most);
        }

        /** A list of calls, as Mistral writes it behind its own token. */
        public static CallForm list(int most) {
            return new CallForm("[", "", "arguments", "", ", ", "]", most);
        }
    }
}
