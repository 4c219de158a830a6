package dev.piecewise.text;

import dev.piecewise.template.Template;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a checkpoint writes a conversation as one text. The text contains the special tokens it needs, written out, BOS included: encode it with
 * {@code tokenizer.encode(text, false)}, which turns them into these tokens and adds none. Any thread may call.
 */
public final class ChatTemplate {
    private static final String DEFAULT = "default";

    private final Map<String, Template> templates;
    private final Map<String, String> specialTokens;

    ChatTemplate(Map<String, Template> templates, Map<String, String> specialTokens) {
        this.templates = Map.copyOf(templates);
        this.specialTokens = Map.copyOf(specialTokens);
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
        Template fallback = templates.get(DEFAULT);
        Template special = tools ? templates.get("tool_use") : documents ? templates.get("rag") : null;
        if (special != null) {
            return special;
        }
        if (fallback == null) {
            throw new IllegalStateException("no default template");
        }
        return fallback;
    }
}
