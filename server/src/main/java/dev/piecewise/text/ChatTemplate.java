package dev.piecewise.text;

import dev.piecewise.error.ServingException;
import dev.piecewise.template.Template;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How a checkpoint writes a conversation as one text. The text contains the special tokens it needs, written out, BOS included: encode it with
 * {@code tokenizer.encode(text, false)}, which turns them into these tokens and adds none. Any thread may call.
 */
public final class ChatTemplate {
    static final String DEFAULT = "default";

    private static final String FOR_TOOLS = "tool_use";
    private static final String FOR_DOCUMENTS = "rag";

    private final Map<String, String> sources;
    private final Map<String, Object> specialTokens;
    private final Clock clock;
    private final Map<String, Template> compiled = new ConcurrentHashMap<>();

    /** Templates by name. One that is broken fails when it is used: a model without chat can still complete texts. */
    ChatTemplate(Map<String, String> sources, Map<String, Object> specialTokens, Clock clock) {
        this.sources = Map.copyOf(sources);
        this.specialTokens = Map.copyOf(specialTokens);
        this.clock = clock;
    }

    /**
     * The conversation as text. Values are what JSON knows: null, strings, numbers, booleans, lists and maps (which keep their order).
     *
     * @param messages as in the request: {@code role}, {@code content}, {@code tool_calls}, ...
     * @param tools as in the request, null without any; where the checkpoint has a template of its own for tools, that one is taken
     * @param addGenerationPrompt whether the text ends with the beginning of an answer
     * @param extra further variables, such as {@code documents} or those of {@code chat_template_kwargs}; they win over the special tokens
     * @throws dev.piecewise.error.ServingException INVALID_REQUEST with the template's own words when it refuses the conversation
     */
    public String render(
            List<? extends Map<String, ? extends @Nullable Object>> messages,
            @Nullable List<? extends Map<String, ? extends @Nullable Object>> tools,
            boolean addGenerationPrompt,
            Map<String, ? extends @Nullable Object> extra) {
        Map<String, @Nullable Object> variables = new HashMap<>(specialTokens);
        variables.put("documents", null);
        variables.putAll(extra);
        variables.put("messages", messages);
        variables.put("tools", tools);
        variables.put("add_generation_prompt", addGenerationPrompt);
        return choose(tools != null, variables.get("documents") != null).render(variables);
    }

    private Template choose(boolean tools, boolean documents) {
        String name = tools && sources.containsKey(FOR_TOOLS)
                ? FOR_TOOLS
                : documents && sources.containsKey(FOR_DOCUMENTS) ? FOR_DOCUMENTS : DEFAULT;
        String source = sources.get(name);
        if (source == null) {
            throw ServingException.invalid(
                    "messages", "the model has no default chat template, only " + new TreeSet<>(sources.keySet()));
        }
        return compiled.computeIfAbsent(name, missing -> Template.compile(source, clock));
    }
}
