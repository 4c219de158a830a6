package dev.piecewise.gateway.chat;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.piecewise.gateway.completion.Choice;
import dev.piecewise.gateway.completion.ChunkWriter;
import dev.piecewise.gateway.completion.Head;
import dev.piecewise.gateway.completion.Logprobs;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.http.Json;
import dev.piecewise.gateway.tools.Said;
import dev.piecewise.gateway.tools.ToolCall;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The chunks of one streamed chat completion. */
final class ChatChunks extends ChunkWriter {
    private static final byte[] DELTA = ascii(",\"delta\":");
    private static final byte[] ROLE = ascii("{\"role\":\"assistant\",\"content\":\"\"}");
    private static final byte[] CONTENT = ascii("{\"content\":\"");
    /** vLLM's name of today, and the one that clients know from before. */
    private static final byte[] REASONING = ascii("{\"reasoning\":\"");

    private static final byte[] REASONING_CONTENT = ascii("\",\"reasoning_content\":\"");
    private static final byte[] CONTENT_END = ascii("\"}");
    private static final byte[] NOTHING = ascii("{}");
    private static final byte[] LOGPROBS = ascii(",\"logprobs\":");

    private final ServedModel model;
    private final List<Stream> streams = new ArrayList<>();

    ChatChunks(Head head, ChatRequest request, ChatBody.Answering by, Consumer<Buffer> events) {
        super(
                head.as("chat.completion.chunk"),
                by.servedBy(),
                request.completion().output().usage(),
                events);
        model = by.model();
        for (int i = 0; i < request.completion().choices(); i++) {
            streams.add(new Stream(request.answer(model.callFormat())));
        }
    }

    /** One choice: whether its role is out, its calls so far, and scores whose text is held back. */
    private static final class Stream {
        final Answer answer;
        final List<Logprobs.Scored> scores = new ArrayList<>();
        boolean begun;
        int calls;

        Stream(Answer answer) {
            this.answer = answer;
        }
    }

    @Override
    public void part(int index, Choice.Part part) {
        Stream stream = streams.get(index);
        if (!stream.begun) {
            stream.begun = true;
            open(index, ROLE);
            logprobs(null);
            finishReason(null);
            promptTokens(part.promptTokens());
            close(false);
        }
        List<Logprobs.Scored> scores = part.scores();
        if (scores != null) {
            stream.scores.addAll(scores);
        }
        int @Nullable [] tokens = part.tokens();
        for (Said said : stream.answer.add(part)) {
            switch (said) {
                case Said.Text(String text) -> {
                    text(index, CONTENT, text);
                    rest(scores == null ? null : stream.scores, tokens);
                    tokens = null;
                }
                case Said.Thought(String text) -> {
                    thought(index, text);
                    rest(scores == null ? null : stream.scores, tokens);
                    tokens = null;
                }
                case Said.Call(var call) -> call(index, stream, call);
            }
        }
        if (part.finishReason() != null) {
            finish(index, stream, part, tokens);
        }
    }

    private void finish(int index, Stream stream, Choice.Part part, int @Nullable [] tokens) {
        open(index, NOTHING);
        logprobs(stream.scores.isEmpty() ? null : stream.scores);
        finishReason(stream.answer.finishReason(part.finishReason()));
        tokens(tokens);
        close(true);
    }

    /** A call begins with its name; its arguments follow in a chunk of their own. */
    private void call(int index, Stream stream, ToolCall call) {
        int number = stream.calls++;
        String id = model.callFormat().newId(Head.newId(""));
        open(
                index,
                Json.bytes(new Delta(
                        List.of(new Called(number, id, "function", new ChatBody.Function(call.name(), ""))))));
        rest(null, null);
        open(index, Json.bytes(new More(List.of(new Arguments(number, new Written(call.arguments()))))));
        rest(null, null);
    }

    private record Delta(List<Called> toolCalls) {}

    private record Called(int index, String id, String type, ChatBody.Function function) {}

    private record More(List<Arguments> toolCalls) {}

    private record Arguments(int index, Written function) {}

    private record Written(String arguments) {}

    private void text(int index, byte[] field, String text) {
        open(index, field);
        append(JsonStringEncoder.getInstance().quoteAsUTF8(text));
        append(CONTENT_END);
    }

    private void thought(int index, String text) {
        byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(text);
        open(index, REASONING);
        append(quoted);
        append(REASONING_CONTENT);
        append(quoted);
        append(CONTENT_END);
    }

    private void open(int index, byte[] delta) {
        begin(index).appendBytes(DELTA).appendBytes(delta);
    }

    private void rest(@Nullable List<Logprobs.Scored> scores, int @Nullable [] tokens) {
        logprobs(scores);
        finishReason(null);
        tokens(tokens);
        close(false);
    }

    /** Scores are given out once. */
    private void logprobs(@Nullable List<Logprobs.Scored> scores) {
        append(LOGPROBS);
        if (scores == null) {
            append(NULL);
        } else {
            append(Json.bytes(ChatLogprobs.of(scores, model.tokenizer())));
            scores.clear();
        }
    }
}
