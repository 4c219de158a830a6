package dev.piecewise.gateway.tools;

import dev.piecewise.error.ServingException;
import dev.piecewise.grammar.GrammarSpec;
import dev.piecewise.text.ChatTemplate;
import dev.piecewise.text.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** How a model writes calls. */
public enum CallFormat {
    /** JSON between tags: Hermes, Qwen 2.5, Qwen 3. */
    HERMES("<tool_call>\\s*\\{\\s*\"name\": (\"probe_function\"|<function-name>)"),
    /** A marker, then a JSON list or a name with its arguments. */
    MISTRAL("\\[TOOL_CALLS\\]\\s*(\\[\\{.{0,120}probe_function|probe_function)"),
    /** A JSON object with {@code parameters} that is the whole answer: Llama 3. */
    LLAMA3("\\{\"name\": \"probe_function\", \"parameters\": "),
    /** None that is known: calls come back as the text that they are. */
    UNKNOWN("(?!)");

    private static final String PROBE = "probe_function";

    private final Pattern written;

    CallFormat(String written) {
        this.written = Pattern.compile(written, Pattern.DOTALL);
    }

    /** The format in which this template writes a call of an earlier turn, which is how its model was taught to. */
    public static CallFormat of(ChatTemplate template) {
        Map<String, Object> function = ordered("name", PROBE, "arguments", ordered("probe", 1));
        Map<String, Object> call = ordered("id", "probe1234", "type", "function", "function", function);
        Map<String, Object> schema = ordered("type", "object", "properties", ordered());
        Map<String, Object> other = ordered("name", "other", "description", "Other.", "parameters", schema);
        Map<String, Object> tool = ordered("type", "function", "function", other);
        List<Map<String, Object>> messages = List.of(
                ordered("role", "user", "content", "?"),
                ordered("role", "assistant", "content", "", "tool_calls", List.of(call)),
                ordered("role", "tool", "name", PROBE, "tool_call_id", "probe1234", "content", "1"));
        try {
            String text = template.render(messages, List.of(tool), false, Map.of());
            for (CallFormat format : values()) {
                if (format.written.matcher(text).find()) {
                    return format;
                }
            }
        } catch (ServingException refused) {
            return UNKNOWN;
        }
        return UNKNOWN;
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
        }
        return map;
    }

    /** Texts that mark calls; where they are special tokens, they are needed all the same. */
    public List<String> markers() {
        return switch (this) {
            case HERMES -> List.of(HermesBlock.OPEN, HermesBlock.CLOSE);
            case MISTRAL -> List.of(MistralBlock.OPEN, MistralBlock.ARGUMENTS, "[CALL_ID]");
            case LLAMA3 -> List.of(LlamaCalls.TAG);
            case UNKNOWN -> List.of();
        };
    }

    /** Of calls of these functions. */
    CallParser parser(Set<String> functions) {
        return switch (this) {
            case HERMES -> new MarkedCalls(HermesBlock.OPEN, new HermesBlock(functions));
            case MISTRAL -> new MarkedCalls(MistralBlock.OPEN, new MistralBlock(functions));
            case LLAMA3 -> new LlamaCalls(functions);
            case UNKNOWN -> CallParser.none();
        };
    }

    /** Of an answer that must be calls of these functions. */
    CallParser forcedParser(Set<String> functions) {
        return switch (this) {
            case HERMES -> parser(functions);
            case MISTRAL, LLAMA3, UNKNOWN -> new ForcedCalls(functions);
        };
    }

    /** How calls are written that an answer must consist of, at most so many. */
    GrammarSpec.CallForm form(int most) {
        return switch (this) {
            case HERMES -> GrammarSpec.CallForm.hermes(most);
            case LLAMA3 -> GrammarSpec.CallForm.bare("parameters");
            case MISTRAL, UNKNOWN -> GrammarSpec.CallForm.list(most);
        };
    }

    /** The token that a prompt ends with when the answer must be calls; it is no part of the answer then. */
    public OptionalInt opening(Tokenizer tokenizer) {
        return this == MISTRAL ? tokenizer.id(MistralBlock.OPEN) : OptionalInt.empty();
    }

    /** An id for a new call; Mistral's templates take none but of nine letters and digits. */
    public String newId(String random) {
        return this == MISTRAL ? random.substring(0, 9) : "call_" + random;
    }
}
