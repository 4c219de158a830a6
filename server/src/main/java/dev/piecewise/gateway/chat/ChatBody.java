package dev.piecewise.gateway.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.piecewise.gateway.completion.Choice;
import dev.piecewise.gateway.completion.Head;
import dev.piecewise.gateway.completion.Logprobs;
import dev.piecewise.gateway.completion.Metadata;
import dev.piecewise.gateway.completion.PromptLogprobs;
import dev.piecewise.gateway.completion.ServedBy;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.completion.Usage;
import dev.piecewise.gateway.tools.CallFormat;
import dev.piecewise.gateway.tools.Said;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A whole chat completion as OpenAI writes it, with our {@code piecewise} object. */
record ChatBody(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Entry> choices,
        Usage usage,
        ServedBy piecewise,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<@Nullable Map<String, PromptLogprobs>> promptLogprobs,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Map<String, String> metadata) {

    record Entry(
            int index,
            Message message,
            @Nullable ChatLogprobs logprobs,
            @Nullable String finishReason,
            @JsonInclude(JsonInclude.Include.NON_NULL) int @Nullable [] promptTokenIds,
            @JsonInclude(JsonInclude.Include.NON_NULL) int @Nullable [] tokenIds) {
        private static final int SCORED = 64;

        int bytes() {
            return message.bytes()
                    + (logprobs == null
                            ? 0
                            : logprobs.content().stream().mapToInt(Entry::bytes).sum())
                    + 4 * (promptTokenIds == null ? 0 : promptTokenIds.length)
                    + 4 * (tokenIds == null ? 0 : tokenIds.length);
        }

        private static int bytes(ChatLogprobs.Entry scored) {
            return SCORED * (2 + 2 * scored.topLogprobs().size());
        }
    }

    record Message(
            String role,
            @Nullable String content,
            @Nullable String refusal,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String reasoning,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String reasoningContent,

            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Call> toolCalls) {
        private static final int EMPTY = 256;

        int bytes() {
            int characters = (content == null ? 0 : content.length()) + (reasoning == null ? 0 : reasoning.length());
            for (Call call : toolCalls) {
                characters += EMPTY + call.function().arguments().length();
            }
            return EMPTY + 2 * characters;
        }
    }

    record Call(String id, String type, Function function) {}

    record Function(String name, String arguments) {}

    /** Of a completion that has ended, every choice in one part. */
    static ChatBody of(Head head, List<Choice.Part> choices, Usage usage, ChatRequest request, Answering by) {
        List<Entry> entries = new ArrayList<>();
        for (Choice.Part choice : choices) {
            entries.add(entry(entries.size(), choice, request.answer(by.model().callFormat()), by.model()));
        }
        return new ChatBody(
                head.id(),
                head.object(),
                head.created(),
                head.model(),
                head.systemFingerprint(),
                entries,
                usage,
                by.servedBy(),
                null,
                null);
    }

    /** Bytes that it takes, roughly. */
    int bytes() {
        return choices.stream().mapToInt(Entry::bytes).sum();
    }

    /** What a chat completion is answered with. */
    record Answering(ServedModel model, ServedBy servedBy) {}

    /** The same with what its client wrote on it. */
    ChatBody with(Metadata written) {
        return with(promptLogprobs, written.pairs());
    }

    /** The same with its prompt's scores. */
    ChatBody scored(@Nullable List<@Nullable Map<String, PromptLogprobs>> scores) {
        return with(scores, metadata);
    }

    private ChatBody with(
            @Nullable List<@Nullable Map<String, PromptLogprobs>> scores, @Nullable Map<String, String> written) {
        return new ChatBody(id, object, created, model, systemFingerprint, choices, usage, piecewise, scores, written);
    }

    private static Entry entry(int index, Choice.Part part, Answer answer, ServedModel model) {
        Message message = message(answer.add(part), model.callFormat());
        List<Logprobs.Scored> scores = part.scores();
        return new Entry(
                index,
                message,
                scores == null ? null : ChatLogprobs.of(scores, model.tokenizer()),
                answer.finishReason(part.finishReason()),
                part.promptTokens(),
                part.tokens());
    }

    private static Message message(List<Said> said, CallFormat format) {
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        List<Call> calls = new ArrayList<>();
        for (Said one : said) {
            switch (one) {
                case Said.Text(String more) -> text.append(more);
                case Said.Thought(String more) -> thoughts.append(more);
                case Said.Call(var call) ->
                    calls.add(new Call(
                            format.newId(Head.newId("")), "function", new Function(call.name(), call.arguments())));
            }
        }
        String thought = thoughts.isEmpty() ? null : thoughts.toString();
        boolean silent = text.isEmpty() && !(calls.isEmpty() && thoughts.isEmpty());
        return new Message("assistant", silent ? null : text.toString(), null, thought, thought, calls);
    }
}
