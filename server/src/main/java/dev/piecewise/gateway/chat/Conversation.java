package dev.piecewise.gateway.chat;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.completion.Reading;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.tools.Toolbox;
import dev.piecewise.text.ChatTemplate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A conversation that is to be continued.
 *
 * @param param the request's field that holds it, for messages
 * @param messages as templates take them
 * @param continueFinal whether the last message is continued rather than answered
 * @param variables further ones for the template
 */
public record Conversation(
        String param,
        List<Map<String, @Nullable Object>> messages,
        Toolbox tools,
        boolean generationPrompt,
        boolean continueFinal,
        Map<String, @Nullable Object> variables) {
    /** Characters for each token of the context that make a text too long without counting; no tokenizer averages as many. */
    private static final int CHARACTERS_PER_TOKEN = 256;

    /** The prompt in tokens, at least one and fewer than {@code maxLength}, of which {@code answer} are spoken for where it is to be cut; INVALID_REQUEST when the model has no template or its template refuses the conversation. */
    public int[] encode(ServedModel model, int maxLength, Reading reading, int answer) {
        String text = render(model);
        if (text.length() / CHARACTERS_PER_TOKEN > maxLength && !reading.cuts()) {
            throw tooLong("%d characters".formatted(text.length()), maxLength);
        }
        int room = maxLength - Math.max(1, answer);
        int[] ids = opened(reading.cut(reading.encode(model.tokenizer(), text), room), model);
        if (ids.length == 0) {
            throw ServingException.invalid(param, param + " makes an empty prompt");
        }
        if (ids.length >= maxLength) {
            throw tooLong("%d tokens".formatted(ids.length), maxLength);
        }
        return ids;
    }

    private int[] opened(int[] ids, ServedModel model) {
        OptionalInt opening = tools.forced() ? model.callFormat().opening(model.tokenizer()) : OptionalInt.empty();
        if (opening.isEmpty()) {
            return ids;
        }
        int[] opened = Arrays.copyOf(ids, ids.length + 1);
        opened[ids.length] = opening.getAsInt();
        return opened;
    }

    private ServingException tooLong(String length, int maxLength) {
        return new ServingException(
                ErrorCode.CONTEXT_TOO_LONG,
                "%s makes a prompt of %s; the model takes %d tokens, prompt and answer together"
                        .formatted(param, length, maxLength),
                param);
    }

    private String render(ServedModel model) {
        ChatTemplate template = model.chatTemplate()
                .orElseThrow(() -> ServingException.invalid(
                        param,
                        "%s cannot be answered: the model %s has no chat template; use /v1/completions, or put a chat_template.jinja into its directory"
                                .formatted(param, model.name())));
        String text;
        try {
            text = template.render(messages, tools.forTemplate(), generationPrompt, variables);
        } catch (ServingException refused) {
            throw new ServingException(
                    refused.code(), refused.text(), refused.param().orElse(param));
        }
        return continueFinal ? cut(text) : text;
    }

    /** The text up to the end of the last message's content. */
    private String cut(String text) {
        String last = String.valueOf(messages.getLast().get("content")).strip();
        int at = text.lastIndexOf(last);
        if (at < 0) {
            throw ServingException.invalid(
                    "continue_final_message",
                    "continue_final_message needs a template that leaves the last message as it is");
        }
        return text.substring(0, at + last.length());
    }
}
